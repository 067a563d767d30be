import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../machines/clock.ts'

interface Timer {
  at: number
  run: () => void
}

export interface MovedClock extends Clock {
  /** Lets that much time pass: every timer fires at its time, and what it began gets its turn before the next. */
  advance(ms: number): Promise<void>
  /** Time passes without anything running, as when a process is stopped. */
  stall(ms: number): void
  /** Somebody sets the clock on the wall. */
  setWall(wall: number): void
}

/** Time that the test moves. Unlike XState's SimulatedClock it fires timers that timers set on the way. */
export function createClock(wallAtStart = Date.UTC(2026, 0, 1)): MovedClock {
  let now = 0
  let wall = wallAtStart
  let timers: Timer[] = []

  const pass = (ms: number) => {
    now += ms
    wall += ms
  }
  const earliest = () =>
    timers.reduce<Timer | undefined>((first, timer) => (first && first.at <= timer.at ? first : timer), undefined)

  return {
    now: () => now,
    wall: () => wall,
    setTimeout(run, delayMs) {
      const timer = { at: now + Math.max(0, delayMs), run: () => run() }
      timers.push(timer)
      return timer
    },
    clearTimeout(timer) {
      timers = timers.filter((one) => one !== timer)
    },
    async advance(ms) {
      const end = now + ms
      await turn()
      for (let next = earliest(); next && next.at <= end; next = earliest()) {
        const due = next
        pass(Math.max(0, due.at - now))
        timers = timers.filter((one) => one !== due)
        due.run()
        await turn()
      }
      pass(Math.max(0, end - now))
    },
    stall: pass,
    setWall(to) {
      wall = to
    }
  }
}
