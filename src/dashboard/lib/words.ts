import type { ClusterEvent, EventType } from '../../schemas/event.ts'

// Partial, so that a node may know more kinds of events than the page; those are shown by their name.
const WORDS: Partial<Record<EventType, string>> = {
  'peer.joined': 'joined',
  'peer.confirmed': 'confirmed the join',
  'peer.removed': 'was removed here',
  'peer.left': 'removed us',
  'peer.state': 'changed',
  'peer.scope': 'others say of it',
  'peer.flapping': 'unstable; more changes are not listed',
  'peer.crashed': 'its actor crashed and was started again',
  'peer.quarantined': 'not watched: checking it kept crashing',
  'prober.crashed': 'the prober crashed and was started again',
  'peer.rekeyed': 'got a new key',
  'peer.clock': 'its clock',
  'peer.copied': 'a copy of it is running and was refused',
  'invite.created': 'an invite was made',
  'invite.spent': 'an invite was used',
  'invite.revoked': 'an invite was revoked',
  'invite.refused': 'a join was refused',
  'policy.changed': 'its grants were changed',
  'deployment.changed': 'a deployment changed',
  'config.reloaded': 'the config was read again',
  'alert.sent': 'an alert was sent',
  'alert.told': 'an alert was sent by another server',
  'alert.failed': 'an alert could not be sent',
  'node.started': 'the agent started',
  'node.restored': 'this node runs on a restored backup; look at its peers',
  'node.stalled': 'this node was stopped or overloaded; failures of that time do not count'
}

export type Kind = 'good' | 'warn' | 'bad' | 'wait' | 'none'

const BAD: ReadonlySet<string> = new Set(['offline', 'rejected', 'skewed', 'incompatible', 'quarantined', 'removed'])

/** An event as one sentence without its subject. */
export function sentence(event: ClusterEvent): string {
  if (event.type === 'peer.state') {
    const change = event.from ? `${event.from} → ${event.to}` : (event.to ?? '')
    return event.reason ? `${change} · ${event.reason}` : change
  }
  const word = WORDS[event.type] ?? event.type
  return event.reason ? `${word} · ${event.reason}` : word
}

export function kindOf(event: ClusterEvent): Kind {
  if (event.type === 'peer.state') {
    if (event.to === 'online') return 'good'
    return BAD.has(event.to ?? '') ? 'bad' : event.to === 'suspect' ? 'warn' : 'none'
  }
  if (event.type === 'peer.joined' || event.type === 'peer.confirmed') return 'good'
  if (/crashed|quarantined|refused|failed|left/.test(event.type)) return 'bad'
  if (/flapping|stalled|removed/.test(event.type)) return 'warn'
  return event.type.startsWith('invite.') ? 'wait' : 'none'
}
