import type { AlertMessage } from '../../schemas/alerts/alert.ts'
import type { AlertTarget } from '../../schemas/alerts/alert-target.ts'

/** Where a message goes, without what differs between servers that tell the same people. */
export function placeOf(target: AlertTarget): string {
  if (target.type === 'email') return JSON.stringify(['email', ...target.to.map((to) => to.toLowerCase()).toSorted()])
  if (target.type === 'ntfy') return JSON.stringify(['ntfy', target.url])
  if (target.type === 'webhook') return JSON.stringify(['webhook', target.url])
  const { name: _, ...place } = target
  return JSON.stringify(Object.entries(place).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

export type Phase = 'open' | 'over' | 'reminder'

/** How a thing begins ends what was told of its end, and the other way round. */
export const OPPOSITE: Partial<Record<Phase, Phase>> = { open: 'over', over: 'open' }

const PHASES: Partial<Record<AlertMessage['type'], Phase>> = {
  'incident.opened': 'open',
  'incident.changed': 'over',
  'incident.closed': 'over',
  'incident.reminder': 'reminder'
}

/** One of a kind for each server. How it is put differs from one look, and from one server, to the next. */
const UNNAMED: ReadonlySet<string> = new Set([
  ...['peer', 'disk', 'memory', 'load', 'engine', 'flatrun', 'certificate', 'clock', 'backup']
])

type Told = AlertMessage['problems'][number]

/**
 * What a message tells, by words that are the same on every server, in an order that is too; undefined for what only this
 * one can tell.
 */
export function subjectsOf(message: AlertMessage, nodeOf: (peerId: string | undefined, name: string) => string) {
  const phase = PHASES[message.type]
  // What is still open is named in a message of an end as well, and is not what it tells.
  const told = phase === 'over' ? message.problems.filter(({ ended }) => ended !== undefined) : message.problems
  if (phase === undefined || message.local === true || told.length === 0) return undefined
  const thingOf = ({ kind, server, peer_id, title }: Told) =>
    `${kind}|${nodeOf(peer_id, server)}|${UNNAMED.has(kind) ? '' : title}`
  const problems = Map.groupBy(told, thingOf)
  return { phase, problems, things: [...problems.keys()].toSorted() }
}
