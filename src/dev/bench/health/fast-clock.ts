import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../../../../machines/clock.ts'

interface Timer {
  at: number
  run: (() => void) | undefined
}

/** Time that moves as fast as it can be computed: from timer to timer, through a heap. */
export function createFastClock() {
  const heap: Timer[] = []
  let now = 0

  const clock: Clock = {
    now: () => now,
    wall: () => 1_767_225_600_000 + now,
    setTimeout(run, delayMs) {
      const timer: Timer = { at: now + Math.max(0, delayMs), run: () => run() }
      push(timer)
      return timer
    },
    clearTimeout(timer) {
      // Left in the heap: taking it out would cost more than skipping it when its time has come.
      if (timer) timer.run = undefined
    }
  }

  return { clock, advance }

  async function advance(ms: number) {
    const end = now + ms
    await turn()
    for (let first = heap[0]; first && first.at <= end; first = heap[0]) {
      pop()
      if (!first.run) continue
      now = Math.max(now, first.at)
      first.run()
      await turn()
    }
    now = end
  }

  function push(timer: Timer) {
    let index = heap.push(timer) - 1
    while (index > 0) {
      const above = (index - 1) >> 1
      if (timeAt(above) <= timer.at) break
      swap(index, above)
      index = above
    }
  }

  function pop() {
    const last = heap.pop()
    if (!last || heap.length === 0) return
    heap[0] = last
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      const least = timeAt(left + 1) < timeAt(left) ? left + 1 : left
      if (timeAt(least) >= timeAt(index)) return
      swap(index, least)
      index = least
    }
  }

  function timeAt(index: number) {
    return heap[index]?.at ?? Number.POSITIVE_INFINITY
  }

  function swap(a: number, b: number) {
    const [one, other] = [heap[a], heap[b]]
    if (!one || !other) return
    heap[a] = other
    heap[b] = one
  }
}
