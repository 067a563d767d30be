import { dayOf, STEPS, timeOf } from './format.ts'

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

export function bytes(value: number): string {
  if (!Number.isFinite(value) || value < 0) return '–'
  const power = Math.min(UNITS.length - 1, value < 1 ? 0 : Math.floor(Math.log2(value) / 10))
  const scaled = value / 1024 ** power
  return `${scaled < 10 && power > 0 ? scaled.toFixed(1) : Math.round(scaled)} ${UNITS[power]}`
}

/** `246 of 512 GiB`: both in the unit of the whole. */
export function bytesOf(used: number, total: number): string {
  const [size, unit = ''] = bytes(total).split(' ')
  const scale = Number(size) > 0 ? total / Number(size) : 1
  const part = used / scale
  return `${part < 10 ? part.toFixed(1) : Math.round(part)} of ${size} ${unit}`
}

/** A span in two units: `2 d 4 h`. */
export function longSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const first = STEPS.findIndex(([step]) => seconds >= step)
  if (first < 0) return '0 s'
  const parts = STEPS.slice(first, first + 2).map(([size, unit], index) => {
    const before = STEPS[first + index - 1]
    return [Math.floor((index === 0 || !before ? seconds : seconds % before[0]) / size), unit] as const
  })
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

/** A tick of a time axis: the hour of the day, or the day where the axis is longer than two. */
export function tick(at: number, spanMs: number): string {
  const date = new Date(at)
  return spanMs > 2 * 86_400_000 ? dayOf(date) : timeOf(date)
}
