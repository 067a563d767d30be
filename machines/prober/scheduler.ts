import type { Clock } from '../clock.ts'

/** Something that can be due once at a time. One of the two is set while it is planned. */
export interface Planned {
  timer: unknown
  tick: number | undefined
}

/** Delays of this length and more end on a tick. */
const LONG_MS = 15_000
const TICK_MS = 100

/**
 * Tells when things are due. Short delays are kept exactly; long ones end on a tick, at most 100 ms late: thousands of
 * peers have a few hundred timers then, and those who are due together are asked in one turn of the event loop, which
 * costs half of waking up for each.
 */
export function createAgenda<Item extends Planned>(clock: Clock, due: (items: readonly Item[]) => void) {
  const ticks = new Map<number, { items: Item[]; timer: unknown }>()

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
    for (const item of items) {
      // It may have been planned anew since: for another tick, or for this one twice.
      if (item.tick !== number) continue
      item.tick = undefined
      now.push(item)
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
