/** A part of the past that events are looked at in; without an end it goes on until now. */
export interface Span {
  from?: number
  to?: number
}

const HOUR_MS = 3_600_000
const EVENING = 18
const MORNING = 8

export const SPANS = [
  ['', 'Newest'],
  ['hour', 'Last hour'],
  ['night', 'Last night'],
  ['day', '24 h'],
  ['week', '7 d']
] as const

/** What a word of the address means now. `night`: from six in the evening to eight in the morning, by the clock of the reader. */
export function spanOf(word: string, now: number): Span {
  if (word === 'hour') return { from: now - HOUR_MS }
  if (word === 'day') return { from: now - 24 * HOUR_MS }
  if (word === 'week') return { from: now - 7 * 24 * HOUR_MS }
  if (word !== 'night') return {}
  const from = new Date(now)
  from.setHours(EVENING, 0, 0, 0)
  // By day, and in the small hours, the night that is meant began yesterday.
  from.setDate(from.getDate() - 1)
  const to = new Date(from)
  to.setDate(to.getDate() + 1)
  to.setHours(MORNING)
  return to.getTime() < now ? { from: from.getTime(), to: to.getTime() } : { from: from.getTime() }
}

/** A moment as a field for date and time has it, in the zone of the reader. */
export function fieldOf(at: number | undefined): string {
  if (at === undefined || !Number.isFinite(at)) return ''
  const date = new Date(at)
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
