import type { Clock } from '../clock.ts'

/** Something that can be due once at a time. One of the two is set while it is planned. */
export interface Planned {
  timer: unknown
  tick: number | undefined
}

/** Delays of this length and more end on a tick. */
const LONG_MS = 15_000
const TICK_MS = 100
/** A tick that comes this late says that the process stood still, and that much else is overdue. */
const LATE_MS = 2_000
/** What is overdue is due by so many in each tick, or by more so that it takes five seconds at most. */
const AT_ONCE = 20
const CATCH_UP_TICKS = 50

/**
 * Tells when things are due. Short delays are kept exactly; long ones end on a tick, at most 100 ms late: thousands of
 * peers have a few hundred timers then, and those who are due together are asked in one turn of the event loop, which
 * costs half of waking up for each. After a stall they are spread over some seconds.
 */
export function createScheduler<Item extends Planned>(clock: Clock, due: (items: readonly Item[]) => void) {
  const ticks = new Map<number, { items: Item[]; timer: unknown }>()

  /** Of those that are overdue, how many were seen in a row. */
  let overdue = 0

  function planTick(item: Item, afterMs: number) {
    const now = clock.now()
    const number = Math.ceil((now + afterMs) / TICK_MS)
    item.tick = number
    const known = ticks.get(number)
    if (known) known.items.push(item)
    else ticks.set(number, { items: [item], timer: clock.setTimeout(() => strike(number), number * TICK_MS - now) })
  }

  function strike(number: number) {
    const { items = [] } = ticks.get(number) ?? {}
    ticks.delete(number)
    const now: Item[] = []
    const late = clock.now() - number * TICK_MS > LATE_MS
    if (!late) overdue = 0
    for (const item of items) {
      // It may have been planned anew since: for another tick, or for this one twice.
      if (item.tick !== number) continue
      item.tick = undefined
      const turn = late ? Math.floor(overdue++ / AT_ONCE) % CATCH_UP_TICKS : 0
      if (turn === 0) now.push(item)
      else planTick(item, turn * TICK_MS)
    }
    due(now)
  }

  return {
    plan(item: Item, afterMs: number) {
      if (afterMs >= LONG_MS) return planTick(item, afterMs)
      item.timer = clock.setTimeout(() => due([item]), afterMs)
    },
    cancel(item: Item) {
      clock.clearTimeout(item.timer)
      item.timer = undefined
      item.tick = undefined
    },
    /** What was planned for a tick is due no more; the rest is to be cancelled one by one. */
    end() {
      for (const { timer } of ticks.values()) clock.clearTimeout(timer)
      ticks.clear()
    }
  }
}
