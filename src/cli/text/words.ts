import { styleText } from 'node:util'

export type Color = 'green' | 'yellow' | 'red' | 'dim' | 'bold'

/** Colours text where colours are wanted. */
export const painter = (colors: boolean) => (color: Color | undefined, text: string) =>
  colors && color ? styleText(color, text, { validateStream: false }) : text

export type Paint = ReturnType<typeof painter>

const STATES: Readonly<Record<string, Color>> = {
  online: 'green',
  running: 'green',
  suspect: 'yellow',
  pending: 'yellow',
  unknown: 'yellow',
  partial: 'yellow',
  offline: 'red',
  rejected: 'red',
  skewed: 'red',
  incompatible: 'red',
  removed: 'red',
  suspended: 'red',
  quarantined: 'red',
  error: 'red'
}

export const colorOf = (state: string): Color | undefined => STATES[state]

/** Text of others, such as a peer's error or a note: it must not be able to command the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
export const harmless = (text: string) => text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ')

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const COLOURS = /\u001b\[[0-9;?]*[ -/]*[@-~]/g

/** A line of a log: as it is, tabs too, but without what would command the terminal. */
export const logLine = (line: string) => line.replace(COLOURS, '').split('\t').map(harmless).join('\t')

/** `4m`, `3h 20m`, `12d`: how long ago, or how long. */
export function spanOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours}h` : `${hours}h ${minutes % 60}m`
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 || days > 9 ? `${days}d` : `${days}d ${hours % 24}h`
}

/** How long ago a time of the wire was; `never` for none, and for Go's zero time. */
export function agoOf(at: unknown, now: number): string {
  const time = typeof at === 'string' ? Date.parse(at) : Number.NaN
  return Number.isNaN(time) || time < 0 ? 'never' : `${spanOf(now - time)} ago`
}

export function bytesOf(bytes: number | undefined): string {
  if (bytes === undefined) return '-'
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1_024 ** power
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`
}

export const percentOf = (value: number | undefined) => (value === undefined ? '-' : `${Math.round(value)} %`)

export const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`

const two = (part: number) => String(Math.trunc(Math.abs(part))).padStart(2, '0')

/** A time of the wire on the clock of this machine, with what that is off UTC. */
export function localTime(at: string): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return at
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${clockTime(at)}${zoneOf(at)}`
}

/** The same without its day: `02:14:07`. */
export function clockTime(at: string): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return at
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** `+01:00`: what the clock of this machine was off UTC then. */
export function zoneOf(at: string): string {
  const offset = -new Date(at).getTimezoneOffset()
  return Number.isNaN(offset) ? '' : `${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`
}

const DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })

/** `Sat, 28 Nov 2026` */
export function dayHeading(at: string): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? at : DAY.format(date)
}
