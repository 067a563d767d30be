interface AllowanceOptions {
  /** How often in each minute. */
  perMinute: number
  /** Monotonic milliseconds. */
  now?: () => number
}

const MINUTE_MS = 60_000

/** How often somebody may still do a thing. What is remembered of everybody is forgotten after a minute. */
export function createAllowance({ perMinute, now = () => performance.now() }: AllowanceOptions) {
  let used = new Map<string, number>()
  let since = now()

  /** False when it was too often. */
  return function take(who: string): boolean {
    if (now() - since >= MINUTE_MS) {
      used = new Map()
      since = now()
    }
    const times = (used.get(who) ?? 0) + 1
    used.set(who, times)
    return times <= perMinute
  }
}
