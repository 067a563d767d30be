import { createClock } from '../clock.ts'
import { until } from '../daemon.ts'

const MINUTE = 60_000

/**
 * A clock that is moved from one look at all servers to the next. The next look is set when one is over; until then no
 * time may pass, for what is asked has deadlines.
 */
export function createLooks() {
  const moved = createClock(Date.now())
  let looks = 0
  const clock = {
    ...moved,
    setTimeout(run: () => void, delayMs: number) {
      if (delayMs === MINUTE) looks += 1
      return moved.setTimeout(run, delayMs)
    }
  }
  async function look(): Promise<void> {
    const before = looks
    await clock.advance(MINUTE)
    await until(() => looks > before, 'a look at all servers')
  }
  return {
    clock,
    look,
    /** Look by look, until it is so. */
    lookUntil: (isSo: () => boolean, what: string) =>
      until(async () => {
        await look()
        return isSo()
      }, what)
  }
}
