/** The time that an answer tells, and when, by our clock, its question was sent and it came. */
export interface TimeTold {
  /** The agent's own word, to the millisecond; a proxy in front of it may set `date` by another clock. */
  time?: unknown
  /** Cut to the second (RFC 9110 §6.6.1). */
  date: string | string[] | undefined
  sentAt: number
  cameAt: number
}

/** How far the other side's clock is ahead of ours, in milliseconds; undefined where it tells no time. */
export function clockOffset({ time, date, sentAt, cameAt }: TimeTold): number | undefined {
  const exact = typeof time === 'string' ? Date.parse(time) : Number.NaN
  const toldAt = Number.isNaN(exact) ? Date.parse(String(date)) + 500 : exact
  return Number.isNaN(toldAt) ? undefined : toldAt - (sentAt + cameAt) / 2
}
