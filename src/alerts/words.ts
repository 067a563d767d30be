/** The longest list in one message; the rest is counted. A storm of two hundred is still read at a glance. */
const MOST_LINES = 10

/** "web-2", "web-2 and web-3", "web-2, web-3 and 198 more". */
export function listed(names: readonly string[], most = 3): string {
  if (names.length > most) return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

export const lines = (all: readonly string[], most = MOST_LINES): string[] =>
  all.length <= most ? [...all] : [...all.slice(0, most - 1), `… and ${all.length - most + 1} more`]

export function lasted(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 1) return `${Math.max(1, Math.round(ms / 1_000))} s`
  if (minutes < 60) return `${minutes} min`
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.round(minutes / 1_440)} days`
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' })
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' })

/** By the clock of this server, with its zone; with the day where it is not today's. */
export function time(at: number, now: number): string {
  const there = clock.format(at)
  return day.format(at) === day.format(now) ? there : `${day.format(at)}, ${there}`
}

/** What a server or a deployment is called, wherever the name comes from: one line, and not a long one. */
export const plain = (text: string, longest = 200) => {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`
}

export const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`
