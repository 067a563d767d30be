import type { AuditEntry } from '../../schemas/audit.ts'
import type { EventType } from '../../schemas/event.ts'

const ACTIONS = ['start', 'stop', 'restart'] as const

/** The events that tell of the same thing as an entry of the audit, by method and route. */
const TOLD_BY: Readonly<Record<string, readonly EventType[]>> = {
  ...Object.fromEntries(ACTIONS.map((action) => [`POST /api/deployments/:name/${action}`, ['deployment.action']])),
  'POST /api/cluster/rollouts': ['rollout.started'],
  'POST /api/cluster/accept': ['peer.joined', 'peer.rekeyed'],
  'POST /api/cluster/exchange': ['peer.joined', 'peer.rekeyed'],
  'POST /api/cluster/confirm': ['peer.confirmed'],
  'POST /api/cluster/leave': ['peer.left'],
  'DELETE /api/cluster/peers/:name': ['peer.removed'],
  'POST /api/cluster/peers/:name/approve': ['peer.confirmed'],
  'POST /api/cluster/peers/:name/restore': ['peer.restored'],
  'POST /api/cluster/peers/:name/move': ['peer.moved'],
  'POST /api/cluster/peers/:name/rotate': ['peer.rekeyed'],
  'PUT /api/cluster/peers/:name/policy': ['policy.changed'],
  'PUT /api/cluster/peers/:name/introductions': ['policy.changed'],
  'PUT /api/cluster/peers/:name/tags': ['policy.changed'],
  'POST /api/cluster/invite': ['invite.created'],
  'DELETE /api/cluster/invites/:id': ['invite.revoked']
}

/** They change nothing that anybody would look for. */
const QUIET: ReadonlySet<string> = new Set([
  'POST /api/cluster/peers/:name/check',
  'POST /api/cluster/preflight',
  'POST /api/auth/ticket',
  'POST /api/inspector/ticket'
])

export const PROXY = 'POST /api/cluster/peers/:name/proxy/*'

export const toldBy = ({ what }: AuditEntry): readonly EventType[] => TOLD_BY[what] ?? []

/** Deeds of people, and what was refused to somebody known; not what agents tell each other, nor each try of a stranger. */
export function isDeed({ who, what, result }: AuditEntry): boolean {
  if (who === 'nobody') return result >= 400 && what === 'POST /api/auth/login'
  if (result >= 400) return true
  if (who.startsWith('operator ')) return !QUIET.has(what)
  return who.startsWith('peer ') && !what.includes(' /api/cluster/')
}

/** A peer says them of itself. */
const OF_THE_CALLER: Readonly<Record<string, true>> = {
  'POST /api/cluster/confirm': true,
  'POST /api/cluster/leave': true
}

/** What an entry is about: a deployment here, one at a peer, or a peer. */
export function subjectOf({ who, what, target = '' }: AuditEntry): {
  deployment?: string
  peer?: string
  action?: string
} {
  if (what in OF_THE_CALLER) return { peer: who.replace(/^peer /, '') }
  if (what === PROXY) {
    const [, peer = '', deployment, action] = /^(\S+) (?:api\/)?deployments\/([^/\s]+)(?:\/(\w+))?/.exec(target) ?? []
    if (deployment === undefined) return { peer: first(target) }
    return { peer, deployment: decoded(deployment), ...(action !== undefined && { action }) }
  }
  if (/ \/api\/(cluster\/)?(deployments|rollouts)\b/.test(what)) return { deployment: first(target) }
  return / \/api\/cluster\/(peers|accept|exchange)\b/.test(what) && target !== '' ? { peer: first(target) } : {}
}

const first = (text: string) => text.split(' ')[0] ?? ''

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
