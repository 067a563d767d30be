import type { ClusterEvent, EventType } from '../../../schemas/event.ts'
import { millis } from './format.ts'

const WORDS: Record<EventType, string> = {
  'peer.joined': 'joined',
  'peer.confirmed': 'confirmed the join',
  'peer.removed': 'was removed here',
  'peer.left': 'removed us',
  'peer.state': 'changed',
  'peer.scope': 'others say of it',
  'peer.absence': 'said',
  'peer.suspended': 'was suspended: its introducer wants it out',
  'peer.restored': 'was restored',
  'peer.flapping': 'unstable; more changes are not listed',
  'peer.crashed': 'checking it crashed and was started again',
  'peer.quarantined': 'not watched: checking it kept crashing',
  'prober.crashed': 'the prober crashed and was started again',
  'peer.rekeyed': 'got a new key',
  'peer.elsewhere': 'may have moved',
  'peer.clock': 'its clock',
  'peer.copied': 'a copy of it is running and was refused',
  'peer.identity': 'its identity changed',
  'peer.renamed': 'has another name',
  'peer.moved': 'has another address',
  'peer.reach': 'is reached another way',
  'invite.created': 'an invite was made',
  'invite.spent': 'an invite was used',
  'invite.revoked': 'an invite was revoked',
  'invite.refused': 'a join was refused',
  'introduction.sent': 'was introduced to others',
  'introduction.received': 'another server was introduced',
  'introduction.conflict': 'an introduction does not fit what is known',
  'policy.changed': 'its access was changed',
  'deployment.changed': 'a deployment changed',
  'deployment.action': 'a deployment was operated',
  'rollout.started': 'a restart on several servers began',
  'rollout.ended': 'a restart on several servers is over',
  'config.reloaded': 'the config was read again',
  'flatrun.state': 'FlatRun’s agent here cannot be used',
  'alert.sent': 'an alert was sent',
  'alert.told': 'an alert was sent by another server',
  'alert.failed': 'an alert could not be sent',
  'node.started': 'the agent started',
  'node.restored': 'this server runs on a restored backup; look at its peers',
  'node.stalled': 'this server was stopped or overloaded; failures of that time do not count'
}
/** What the words need of an event; a node may know more kinds of them than the page. */
export type Told = Pick<ClusterEvent, 'from' | 'to' | 'reason' | 'facts'> & { type: string }

/** A node may know more kinds of events than the page; those are shown by their name. */
const wordOf = (type: string) => Object.entries(WORDS).find(([key]) => key === type)?.[1] ?? type

export type Kind = 'good' | 'warn' | 'bad' | 'wait' | 'none'

const BAD: ReadonlySet<string> = new Set(['offline', 'rejected', 'skewed', 'incompatible', 'quarantined', 'removed'])

/** An event as one sentence without its subject. */
export function sentence(event: Told): string {
  if (event.type === 'peer.state') {
    const change = event.from ? `${event.from} → ${event.to}` : (event.to ?? '')
    return event.reason ? `${change} · ${event.reason}` : change
  }
  if (event.type === 'flatrun.state' && event.to === 'up') return 'FlatRun’s agent here answers again'
  if (event.type === 'deployment.changed') return withReason(changeOf(event), event)
  if (event.type === 'deployment.action') return withReason(actionOf(event), event)
  if (event.type.startsWith('rollout.')) return rolloutOf(event)
  return withReason(wordOf(event.type), event)
}

const withReason = (words: string, { reason }: Told) => (reason ? `${words} · ${reason}` : words)

/** Which deployment, and from what to what. */
function changeOf({ facts, from, to }: Told): string {
  const name = facts?.deployment ?? 'a deployment'
  if (to === undefined) return `${name}: ${from === undefined ? 'changed' : `${from} → removed`}`
  return `${name}: ${from === undefined ? `new, ${to}` : `${from} → ${to}`}`
}

/** Which deployment, what, by whom, and how it ended. */
function actionOf({ facts = {} }: Told): string {
  const { deployment = 'a deployment', action = 'operated', by, outcome, duration_ms: took, times } = facts
  const who = by === undefined ? '' : ` by ${by}`
  const ended = outcome === undefined ? '' : `: ${outcome}`
  const lasted = typeof took === 'number' && outcome === 'succeeded' ? ` in ${millis(took)}` : ''
  return `${deployment}: ${action}${who}${ended}${lasted}${typeof times === 'number' ? `, ${times} times` : ''}`
}

/** Which deployment, by whom, and how many of its servers. */
function rolloutOf({ type, facts = {} }: Told): string {
  const { deployment, by, servers, done = 0, failed = 0, skipped = 0, outcome = 'over' } = facts
  if (type === 'rollout.started') return `${deployment}: restart on ${servers} servers begun by ${by}`
  return `${deployment}: restart by ${by} ${outcome}: ${done} done, ${failed} failed, ${skipped} not begun`
}

export function kindOf(event: Told): Kind {
  if (event.type === 'peer.state') {
    if (event.to === 'online') return 'good'
    return BAD.has(event.to ?? '') ? 'bad' : event.to === 'suspect' ? 'warn' : 'none'
  }
  if (/^(deployment|rollout)\./.test(event.type)) return deploymentKind(event)
  if (event.type === 'peer.joined' || event.type === 'peer.confirmed') return 'good'
  if (/crashed|quarantined|refused|failed|left/.test(event.type)) return 'bad'
  if (/flapping|stalled|removed/.test(event.type)) return 'warn'
  return event.type.startsWith('invite.') ? 'wait' : 'none'
}

function deploymentKind({ type, facts, to }: Told): Kind {
  const end = type === 'deployment.changed' ? to : facts?.outcome
  if (end === 'failed' || end === 'error' || end === 'refused') return 'bad'
  if (end === 'partial') return 'warn'
  return end === 'succeeded' || end === 'running' ? 'good' : 'none'
}
