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

/** The time of day here, with the day in front when it is not today. */
export function clock(at: number, now = Date.now()): string {
  const date = new Date(at)
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  if (new Date(now).toDateString() === date.toDateString()) return time
  const year = date.getFullYear() === new Date(now).getFullYear() ? '' : `${date.getFullYear()}-`
  return `${year}${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`
}

export const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`
