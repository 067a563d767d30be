/**
 * Time as machines know it: `now` never goes back and measures intervals, `wall` is what people read on a clock.
 * The two timer functions are XState's `Clock`, so one object serves the actors as well.
 */
export interface Clock {
  now(): number
  wall(): number
  // biome-ignore lint/suspicious/noExplicitAny: XState's own Clock has it so, and timers differ by platform.
  setTimeout(run: (...args: any[]) => void, delayMs: number): any
  // biome-ignore lint/suspicious/noExplicitAny: as above
  clearTimeout(timer: any): void
}
