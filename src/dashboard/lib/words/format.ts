/** Numbers and times as people read them. Nothing here knows what they measure. */

export const percent = (value: number) => (Number.isFinite(value) ? `${Math.round(value)} %` : '–')

export function millis(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–'
  if (value < 10) return `${Number.isInteger(value) ? value : value.toFixed(1)} ms`
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`
}

export const STEPS: readonly [number, string][] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's']
]

/** A span in its one largest unit: `4 min`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const [size, unit] = STEPS.find(([step]) => seconds >= step) ?? [1, 's']
  return `${Math.floor(seconds / size)} ${unit}`
}

/** Wall milliseconds of a time on the wire; undefined for FlatRun's "never" and for what is no time. */
export function wall(time: string | null | undefined): number | undefined {
  const at = time ? Date.parse(time) : Number.NaN
  return Number.isFinite(at) && at > 0 ? at : undefined
}

export const two = (value: number) => String(value).padStart(2, '0')

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export const dayOf = (date: Date) => `${date.getDate()} ${MONTHS[date.getMonth()]}`
export const timeOf = (date: Date) => `${two(date.getHours())}:${two(date.getMinutes())}`

/** The time of day here, to the second; on another day the day and the minute: `20 Nov 17:40`. */
export function clock(at: number, now = Date.now()): string {
  const [date, today] = [new Date(at), new Date(now)]
  if (today.toDateString() === date.toDateString()) return `${timeOf(date)}:${two(date.getSeconds())}`
  const year = date.getFullYear() === today.getFullYear() ? '' : ` ${date.getFullYear()}`
  return `${dayOf(date)}${year} ${timeOf(date)}`
}

/** A moment to the second, on any day. */
export function stamp(at: number, now = Date.now()): string {
  const date = new Date(at)
  const time = `${timeOf(date)}:${two(date.getSeconds())}`
  return new Date(now).toDateString() === date.toDateString() ? time : `${dayOf(date)} ${time}`
}

const whole = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' })

/** A moment with all that belongs to it, the zone too: for whoever points at it. */
export const exact = (at: number) => whole.format(at)

export const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`
