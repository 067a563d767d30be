import { fromCallback } from 'xstate'
import type { PeerSpec, ProbeAnswer } from '../../src/schemas/health.ts'
import type { Clock } from '../clock.ts'
import type { ProberEvent, ProbeWanted } from '../messages.ts'
import { createLines } from './lines.ts'
import { createLocalHealth, type LocalHealthOptions } from './local-health.ts'
import { createProbeLimit, type ProbeLimits } from './probe-limit.ts'
import { failure, isOver, type Question, type Slot } from './question.ts'
import { createScheduler } from './scheduler.ts'
import { createStallDetector } from './stall-detector.ts'

export interface ProberOptions extends ProbeLimits {
  /** Asks one peer once; with its key in doubt, also something that needs the key. */
  probe: (peer: PeerSpec, signal: AbortSignal, keyInDoubt: boolean) => Promise<ProbeAnswer>
  clock: Clock
  random: () => number
  /** A probe without an answer by then has failed, even if an answer comes later. */
  deadlineMs: number
  doubt?: LocalHealthOptions
  /** After the peer was told. */
  onAnswer?: (peer: PeerSpec, answer: ProbeAnswer, doubted: boolean) => void
  onStall?: (stalledMs: number) => void
}

const GRACE_MS = 250

/**
 * The one actor that asks: every peer's machine sends it questions and gets one answer to each. One for all, because
 * each finished invoke would make XState walk all timers of the system.
 *
 * A peer's slot is made once and changed in place. As entries of maps that come and go with each question, all that a
 * probe had ever touched was kept by the maps' old tables, until a collection of the whole heap.
 */
export const createProber = (options: ProberOptions) =>
  fromCallback<ProberEvent>(({ receive, self }) => {
    const { clock } = options
    const doubt = createLocalHealth(options.doubt)
    const slots = new Map<string, Slot>()
    const lines = createLines({ hasRoom: () => limit.hasRoom(), ask })
    const agenda = createScheduler<Slot>(clock, (due) =>
      run(() => {
        for (const slot of due) lines.enter(slot, false)
      })
    )
    const limit = createProbeLimit<Question>({ ...options, later, isOver, onSlow: giveTime })
    const pulse = createStallDetector({ clock, beaten: doubt.pulse, onStall: options.onStall })
    let ended = false

    receive((event) => {
      if (event.type === 'prober.failed') throw event.fault
      try {
        pulse.keep()
        if (event.type === 'probe.wanted') plan(event)
        else forget(event.id)
        lines.askNext()
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
        lines.askNext()
      } catch (fault) {
        end()
        self.send({ type: 'prober.failed', fault })
      }
    }

    function plan(wanted: ProbeWanted) {
      const slot = slotOf(wanted.peer.id)
      // It is being asked this very question.
      const open = slot.question?.wanted
      if (open?.peer === wanted.peer && (open.keyInDoubt || !wanted.keyInDoubt)) return
      clear(slot)
      slot.wanted = wanted
      if (wanted.afterMs > 0) agenda.plan(slot, wanted.afterMs)
      else lines.enter(slot, wanted.urgent)
    }

    function later(delayMs: number, work: () => void): unknown {
      return clock.setTimeout(() => run(work), delayMs)
    }

    function slotOf(id: string): Slot {
      const known = slots.get(id)
      if (known) return known
      const slot = { wanted: undefined, timer: undefined, tick: undefined, line: undefined, question: undefined }
      slots.set(id, slot)
      return slot
    }

    function ask(slot: Slot, wanted: ProbeWanted) {
      const question: Question = {
        slot,
        wanted,
        slow: false,
        spared: false,
        began: clock.now(),
        abort: new AbortController(),
        timer: undefined
      }
      slot.line = undefined
      slot.wanted = undefined
      slot.question = question
      limit.began(question)
      answerTo(question)
    }

    async function answerTo(question: Question) {
      const at = clock.wall()
      let answer: ProbeAnswer
      try {
        answer = await options.probe(question.wanted.peer, question.abort.signal, question.wanted.keyInDoubt)
      } catch {
        answer = failure({ at, durationMs: lasted(question) }, 'internal', 'The probe itself failed')
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

    /** It only waits from here on, until its deadline. */
    function giveTime(question: Question) {
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
      question.abort.abort()
      const detail = `No answer within ${options.deadlineMs} ms`
      finish(
        question,
        failure({ at: clock.wall() - lasted(question), durationMs: lasted(question) }, 'timeout', detail)
      )
    }

    /** Nothing is planned for it any more, and nothing is asked. */
    function clear(slot: Slot) {
      agenda.cancel(slot)
      slot.line = undefined
      slot.wanted = undefined
      const { question } = slot
      if (!question) return
      settle(question)
      question.abort.abort()
    }

    function forget(id: string) {
      const slot = slots.get(id)
      if (slot) clear(slot)
      slots.delete(id)
      doubt.forget(id)
    }

    function settle(question: Question) {
      question.slot.question = undefined
      clock.clearTimeout(question.timer)
      limit.ended(question)
    }

    function lasted({ began }: Question): number {
      return clock.now() - began
    }

    function end() {
      ended = true
      pulse.stop()
      limit.stop()
      for (const slot of slots.values()) clear(slot)
      agenda.end()
      slots.clear()
      lines.clear()
    }
  })
