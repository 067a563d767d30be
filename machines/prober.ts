import { fromCallback } from 'xstate'
import type { PeerSpec, ProbeAnswer } from '../src/schemas/health.ts'
import type { Clock } from './clock.ts'
import { createDoubt, type DoubtOptions } from './doubt.ts'
import type { ProbeUnwanted, ProbeWanted } from './messages.ts'

export interface ProberOptions {
  /** Asks one peer once. */
  probe: (peer: PeerSpec, signal: AbortSignal) => Promise<ProbeAnswer>
  clock: Clock
  random: () => number
  /** A probe that has given nothing by then has failed, whatever it does afterwards. */
  deadlineMs: number
  /** Probes that may do work at once. */
  concurrency: number
  /** A probe that waits longer than this does no work, and makes room; so hanging peers delay nobody. */
  slowAfterMs: number
  /** Probes in flight, waiting ones included: a bound for sockets. */
  inFlight: number
  doubt?: DoubtOptions
  /** After the peer was told. */
  onAnswer?: (peer: PeerSpec, answer: ProbeAnswer, doubted: boolean) => void
  onStall?: (stalledMs: number) => void
}

type Asker = ProbeWanted['from']
interface Question {
  peer: PeerSpec
  believed: boolean
  from: Asker
  number: number
  began: number
  abort: AbortController
  timer: unknown
  slow: boolean
  spared: boolean
}
export type ProberEvent =
  | ProbeWanted
  | ProbeUnwanted
  | { type: 'probe.due'; wanted: ProbeWanted }
  | { type: 'probe.done'; question: Question; answer: ProbeAnswer }
  | { type: 'probe.slow' | 'probe.late'; question: Question }

const PULSE_MS = 500
const GRACE_MS = 250

/**
 * The one actor that asks: every peer's machine sends it questions and gets one answer to each. One for all, because
 * each finished invoke would make XState walk all timers of the system.
 */
export const createProber = (options: ProberOptions) =>
  fromCallback<ProberEvent>(({ receive, self }) => {
    const { clock } = options
    const doubt = createDoubt(options.doubt)
    /** Timers of those whose time has not come. */
    const planned = new Map<string, unknown>()
    const urgent = new Map<string, ProbeWanted>()
    const waiting = new Map<string, ProbeWanted>()
    const asked = new Map<string, Question>()
    let working = 0
    let pulseDue = 0
    let pulse: unknown
    let ended = false
    beat(clock.now())

    receive((event) => {
      try {
        // What was waiting while the process stood still is heard before the pulse that would tell.
        if (clock.now() - pulseDue >= PULSE_MS) beat(pulseDue)
        hear(event)
        askWaiting()
      } catch (fault) {
        // A crashed actor is not told to stop; what it began must not go on without it.
        end()
        throw fault
      }
    })
    return end

    function hear(event: ProberEvent) {
      if (event.type === 'probe.wanted') {
        plan(event)
      } else if (event.type === 'probe.due') {
        planned.delete(event.wanted.peer.id)
        waiting.set(event.wanted.peer.id, event.wanted)
      } else if (event.type === 'probe.unwanted') {
        drop(event.id)
        doubt.forget(event.id)
      } else if (asked.get(event.question.peer.id) === event.question) {
        if (event.type === 'probe.done') finish(event.question, event.answer)
        else if (event.type === 'probe.slow') makeRoom(event.question)
        else giveUp(event.question)
      }
    }

    function plan(wanted: ProbeWanted) {
      const { id } = wanted.peer
      // It is being asked this very question.
      if (asked.get(id)?.peer === wanted.peer) return
      drop(id)
      if (wanted.afterMs > 0) {
        planned.set(
          id,
          clock.setTimeout(() => self.send({ type: 'probe.due', wanted }), wanted.afterMs)
        )
      } else (wanted.urgent ? urgent : waiting).set(id, wanted)
    }

    function askWaiting() {
      askFrom(urgent)
      askFrom(waiting)
    }

    function askFrom(line: Map<string, ProbeWanted>) {
      for (const [id, { peer, believed, from, number }] of line) {
        if (working >= options.concurrency || asked.size >= options.inFlight) return
        line.delete(id)
        const question: Question = {
          ...{ peer, believed, from, number, slow: false, spared: false },
          began: clock.now(),
          abort: new AbortController(),
          timer: undefined
        }
        question.timer = after(options.slowAfterMs, 'probe.slow', question)
        asked.set(id, question)
        working++
        ask(question)
      }
    }

    async function ask(question: Question) {
      const at = clock.wall()
      let answer: ProbeAnswer
      try {
        answer = await options.probe(question.peer, question.abort.signal)
      } catch {
        answer = failure(question, at, 'internal', 'The probe itself failed')
      }
      if (!ended) self.send({ type: 'probe.done', question, answer })
    }

    function finish(question: Question, answer: ProbeAnswer) {
      const { peer, believed, from, number, began } = question
      settle(question)
      const now = clock.now()
      if (!believed) doubt.forget(peer.id)
      else if (answer.ok || answer.class !== 'aborted') doubt.heard(peer.id, answer.ok, now)
      const doubted = !answer.ok && doubt.of(began, now)
      if (from.getSnapshot().status === 'active') {
        const [wall, chance] = [clock.wall(), options.random()]
        from.send({ type: 'probe.answered', answer, number, doubted, now, wall, chance })
      }
      options.onAnswer?.(peer, answer, doubted)
    }

    function makeRoom(question: Question) {
      question.slow = true
      working--
      const left = question.began + options.deadlineMs - clock.now()
      question.timer = after(Math.max(left, GRACE_MS), 'probe.late', question)
    }

    function giveUp(question: Question) {
      const now = clock.now()
      // A timer that comes late says that we were busy; the answer may lie there already.
      if (now - question.began - options.deadlineMs > GRACE_MS && !question.spared) {
        question.spared = true
        question.timer = after(GRACE_MS, 'probe.late', question)
        return
      }
      const at = clock.wall() - (now - question.began)
      question.abort.abort()
      finish(question, failure(question, at, 'timeout', `No answer within ${options.deadlineMs} ms`))
    }

    function drop(id: string) {
      clock.clearTimeout(planned.get(id))
      planned.delete(id)
      urgent.delete(id)
      waiting.delete(id)
      const question = asked.get(id)
      if (!question) return
      settle(question)
      question.abort.abort()
    }

    function settle(question: Question) {
      asked.delete(question.peer.id)
      clock.clearTimeout(question.timer)
      if (!question.slow) working--
    }

    function after(delayMs: number, type: 'probe.slow' | 'probe.late', question: Question) {
      return clock.setTimeout(() => self.send({ type, question }), delayMs)
    }

    function failure(question: Question, at: number, failed: 'internal' | 'timeout', detail: string): ProbeAnswer {
      const durationMs = clock.now() - question.began
      return { ok: false, asked: 'GET /api/health', at, durationMs, class: failed, detail }
    }

    function beat(due: number) {
      const now = clock.now()
      const stalledMs = doubt.pulse(due, now)
      clock.clearTimeout(pulse)
      pulseDue = now + PULSE_MS
      pulse = clock.setTimeout(() => beat(pulseDue), PULSE_MS)
      if (stalledMs > 0) options.onStall?.(stalledMs)
    }

    function end() {
      ended = true
      clock.clearTimeout(pulse)
      for (const id of [...asked.keys(), ...planned.keys()]) drop(id)
      urgent.clear()
      waiting.clear()
    }
  })
