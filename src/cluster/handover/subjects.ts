import type { AlertMessage } from '../../schemas/alert.ts'
import type { AlertTarget } from '../../schemas/alert-target.ts'

/** Where a message goes, without what differs between servers that tell the same people. */
export function placeOf(target: AlertTarget): string {
  if (target.type === 'email') return JSON.stringify(['email', ...target.to.map((to) => to.toLowerCase()).toSorted()])
  if (target.type === 'ntfy') return JSON.stringify(['ntfy', target.url])
  if (target.type === 'webhook') return JSON.stringify(['webhook', target.url])
  const { name: _, ...place } = target
  return JSON.stringify(Object.entries(place).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

type Phase = 'open' | 'over' | 'reminder'

/** How a thing begins ends what was told of its end, and the other way round. */
export const OPPOSITE: Partial<Record<Phase, Phase>> = { open: 'over', over: 'open' }

const PHASES: Partial<Record<AlertMessage['type'], Phase>> = {
  'incident.opened': 'open',
  'incident.changed': 'over',
  'incident.closed': 'over',
  'incident.reminder': 'reminder'
}

/** What a message is about, in words that are the same on every server; undefined for what only this one can tell. */
export function subjectsOf(message: AlertMessage, nodeOf: (peerId: string | undefined, name: string) => string) {
  const phase = PHASES[message.type]
  if (phase === undefined || message.problems.length === 0) return undefined
  const things = message.problems.map(({ kind, server, peer_id, title }) => {
    // Figures differ from one look to the next, and how a peer fails from one server to the other.
    const what = kind === 'peer' ? '' : title.replace(/\d+/g, '#')
    return `${kind}|${nodeOf(peer_id, server)}|${what}`
  })
  return { phase, things: [...new Set(things)].toSorted() }
}
