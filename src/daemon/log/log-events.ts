import type { FastifyBaseLogger } from 'fastify'
import type { ClusterEvent, EventLog } from '../../schemas/event.ts'

const OUTAGES: ReadonlySet<string> = new Set(['offline', 'rejected', 'incompatible', 'removed'])
const WARNINGS: ReadonlySet<string> = new Set([
  'peer.left',
  'peer.crashed',
  'peer.quarantined',
  'peer.copied',
  'peer.clock',
  'alert.failed',
  'invite.refused',
  'node.restored'
])
/** Told in the log where they happen, or too often to be news. */
const ELSEWHERE: ReadonlySet<string> = new Set(['config.reloaded', 'node.started', 'deployment.changed'])

/** Writes what happens in the cluster to the log too: operators look into the journal first. */
export function logEvents(
  events: Pick<EventLog, 'subscribe'>,
  log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'debug'>
) {
  return events.subscribe((event) => {
    if (ELSEWHERE.has(event.type)) return
    const { id: _id, at: _at, ...told } = event
    log[levelOf(event)](told, sentenceOf(event))
  })
}

function levelOf({ type, to = '', from = '' }: ClusterEvent): 'info' | 'warn' | 'debug' {
  if (type !== 'peer.state') return WARNINGS.has(type) ? 'warn' : 'info'
  if (OUTAGES.has(to)) return 'warn'
  return OUTAGES.has(from) || to === 'online' ? 'info' : 'debug'
}

function sentenceOf({ type, peer, from, to, reason }: ClusterEvent): string {
  const change = to === undefined ? '' : `${from ?? 'unknown'} → ${to}`
  return [type, peer, change, reason].filter(Boolean).join(' ')
}
