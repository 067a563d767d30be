import { fromCallback } from 'xstate'
import type { PeerSpec, ProbeAnswer } from '../../src/schemas/health.ts'
import type { Clock } from '../clock.ts'
import type { ProbeUnwanted, ProbeWanted } from '../messages.ts'
import { createDoubt, type DoubtOptions } from './local-health.ts'
import { createAgenda, type Planned } from './scheduler.ts'
import { createPulse } from './stall-detector.ts'

export interface ProberOptions {
  /** Asks one peer once; with its key in doubt, also something that needs the key. */
  probe: (peer: PeerSpec, signal: AbortSignal, keyInDoubt: boolean) => Promise<ProbeAnswer>
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

/** What the prober knows of one peer. One for as long as the peer is asked: see `createProber`. */
interface Place extends Planned {
  /** Planned, or in a line. */
  wanted: ProbeWanted | undefined
  line: Line | undefined
  question: Question | undefined
}

/** First come, first served. Whoever has left meanwhile is passed over. */
type Line = Place[]

interface Question {
  place: Place
  wanted: ProbeWanted
  began: number
  abort: AbortController
  timer: unknown
  slow: boolean
  spared: boolean
}

export type ProberEvent = ProbeWanted | ProbeUnwanted | { type: 'prober.failed'; fault: unknown }

const GRACE_MS = 250

/**
 * The one actor that asks: every peer's machine sends it questions and gets one answer to each. One for all, because
 * each finished invoke would make XState walk all timers of the system.
 *
 * A peer's place is made once and changed in place. As entries of maps that come and go with each question, all that a
 * probe had ever touched was kept by the maps' old tables, until a collection of the whole heap.
 */
export const createProber = (options: ProberOptions) =>
  fromCallback<ProberEvent>(({ receive, self }) => {
    const { clock } = options
    const doubt = createDoubt(options.doubt)
    const places = new Map<string, Place>()
    const urgent: Line = []
    const waiting: Line = []
    const agenda = createAgenda<Place>(clock, (due) =>
      run(() => {
        for (const place of due) enqueue(place, waiting)
      })
    )
    /** The oldest first: those that may turn out to be slow. */
    const fresh: Question[] = []
    let slowTimer: unknown
    /** Questions that are open, and those of them that may do work. */
    let asked = 0
    let working = 0
    const pulse = createPulse({ clock, beaten: doubt.pulse, onStall: options.onStall })
    let ended = false

    receive((event) => {
      if (event.type === 'prober.failed') throw event.fault
      try {
        pulse.keep()
        if (event.type === 'probe.wanted') plan(event)
        else forget(event.id)
        askWaiting()
      } catch (fault) {
        // A crashed actor is not told to stop; what it began must not go on without it.
        end()
        throw fault
      }
    })
    return end

    /** What a timer or an answer brings. A fault is this actor's crash, as one in what it receives. */
    function run(work: () => void) {
      if (ended) return
      try {
        pulse.keep()
        work()
        askWaiting()
      } catch (fault) {
        end()
        self.send({ type: 'prober.failed', fault })
      }
    }

    function plan(wanted: ProbeWanted) {
      const place = placeOf(wanted.peer.id)
      // It is being asked this very question.
      const open = place.question?.wanted
      if (open?.peer === wanted.peer && (open.keyInDoubt || !wanted.keyInDoubt)) return
      clear(place)
      place.wanted = wanted
      if (wanted.afterMs > 0) agenda.plan(place, wanted.afterMs)
      else enqueue(place, wanted.urgent ? urgent : waiting)
    }

    function later(delayMs: number, work: () => void): unknown {
      return clock.setTimeout(() => run(work), delayMs)
    }

    function placeOf(id: string): Place {
      const known = places.get(id)
      if (known) return known
      const place = { wanted: undefined, timer: undefined, tick: undefined, line: undefined, question: undefined }
      places.set(id, place)
      return place
    }

    function enqueue(place: Place, line: Line) {
      place.line = line
      line.push(place)
    }

    function askWaiting() {
      askFrom(urgent)
      askFrom(waiting)
    }

    function askFrom(line: Line) {
      while (line.length > 0 && working < options.concurrency && asked < options.inFlight) {
        const place = line.shift()
        if (place?.line === line && place.wanted) ask(place, place.wanted)
      }
    }

    function ask(place: Place, wanted: ProbeWanted) {
      const question: Question = {
        ...{ place, wanted, slow: false, spared: false },
        began: clock.now(),
        abort: new AbortController(),
        timer: undefined
      }
      place.line = undefined
      place.wanted = undefined
      place.question = question
      fresh.push(question)
      slowTimer ??= later(options.slowAfterMs, passSlow)
      asked++
      working++
      answerTo(question)
    }

    async function answerTo(question: Question) {
      const at = clock.wall()
      let answer: ProbeAnswer
      try {
        answer = await options.probe(question.wanted.peer, question.abort.signal, question.wanted.keyInDoubt)
      } catch {
        answer = failure(question, at, 'internal', 'The probe itself failed')
      }
      run(() => finish(question, answer))
    }

    function finish(question: Question, answer: ProbeAnswer) {
      const { wanted, began } = question
      if (isOver(question)) return
      const { peer, believed, from, number } = wanted
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

    /** One timer for all questions: nearly all are answered before it would tell. */
    function passSlow() {
      const now = clock.now()
      while (fresh[0] && (isOver(fresh[0]) || now - fresh[0].began >= options.slowAfterMs)) {
        const question = fresh.shift()
        if (question && !isOver(question)) makeRoom(question)
      }
      slowTimer = fresh[0] && later(fresh[0].began + options.slowAfterMs - now, passSlow)
    }

    function makeRoom(question: Question) {
      question.slow = true
      working--
      const left = question.began + options.deadlineMs - clock.now()
      question.timer = later(Math.max(left, GRACE_MS), () => giveUp(question))
    }

    function giveUp(question: Question) {
      const now = clock.now()
      // A timer that comes late says that we were busy; the answer may lie there already.
      if (now - question.began - options.deadlineMs > GRACE_MS && !question.spared) {
        question.spared = true
        question.timer = later(GRACE_MS, () => giveUp(question))
        return
      }
      const at = clock.wall() - (now - question.began)
      question.abort.abort()
      finish(question, failure(question, at, 'timeout', `No answer within ${options.deadlineMs} ms`))
    }

    /** Nothing is planned for it any more, and nothing is asked. */
    function clear(place: Place) {
      agenda.cancel(place)
      place.line = undefined
      place.wanted = undefined
      const { question } = place
      if (!question) return
      settle(question)
      question.abort.abort()
    }

    function forget(id: string) {
      const place = places.get(id)
      if (place) clear(place)
      places.delete(id)
      doubt.forget(id)
    }

    function isOver(question: Question): boolean {
      return question.place.question !== question
    }

    function settle(question: Question) {
      question.place.question = undefined
      clock.clearTimeout(question.timer)
      asked--
      if (!question.slow) working--
    }

    function failure(question: Question, at: number, failed: 'internal' | 'timeout', detail: string): ProbeAnswer {
      const durationMs = clock.now() - question.began
      return { ok: false, asked: 'GET /api/health', at, durationMs, class: failed, detail }
    }

    function end() {
      ended = true
      pulse.stop()
      clock.clearTimeout(slowTimer)
      for (const place of places.values()) clear(place)
      agenda.end()
      places.clear()
      fresh.length = 0
      urgent.length = 0
      waiting.length = 0
    }
  })
