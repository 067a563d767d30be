import { type Evidence, type PeerHealth, type PeerSpec, type ProbeAnswer, UP } from '../../schemas/health.ts'
import { NEVER } from '../../schemas/names.ts'
import { type Opinions, scopeWords } from '../../schemas/opinions/opinion.ts'
import { isOut, type Member, type PeerDetail, type PeerView } from '../../schemas/peer.ts'
import { fingerprintOf } from '../../security/identity.ts'
import { reasonOf, sentence } from '../liveness/reason.ts'
import { shownUrl } from './no-address.ts'

/** What a member's actor is told of it. */
export function specOf({ id, name, url, state, features, lastSeenAt }: Member): PeerSpec {
  const spec = {
    id,
    name,
    url,
    features,
    pending: state === 'pending',
    removed: isOut({ state }),
    ...(state === 'suspended' && { suspended: true as const })
  }
  return lastSeenAt === undefined ? spec : { ...spec, lastSeenAt: Date.parse(lastSeenAt) }
}

/** A member and its health, as the wire has it. */
export function viewOf(member: Member, health: PeerHealth | undefined): PeerView {
  const state = health?.verdict ?? 'unknown'
  const online = UP.has(state)
  const lastSeen = health?.lastSeenAt === undefined ? member.lastSeenAt : rfc3339(health.lastSeenAt)
  const error = health && whyNotOnline(health)
  return {
    name: member.name,
    url: shownUrl(member.url),
    online,
    last_seen: lastSeen ?? NEVER,
    ...(error !== undefined && { error }),
    id: member.number,
    status: member.state === 'pending' ? 'pending' : online ? 'active' : 'unreachable',
    created_at: member.joinedAt,
    last_seen_at: lastSeen ?? null,
    peer_id: member.id,
    state,
    since: health ? rfc3339(health.since) : member.joinedAt,
    transport: member.transport,
    reach: member.reach ?? 'direct',
    reach_back: member.reachBack ?? 'direct',
    ...(member.callsFrom !== undefined && { calls_from: member.callsFrom }),
    features: [...(health?.features.length ? health.features : member.features)],
    ...(health?.version !== undefined && { version: health.version }),
    ...(health?.latencyMs !== undefined && { latency_ms: round(health.latencyMs) }),
    ...(health?.clockOffsetMs !== undefined && { clock_offset_s: Math.round(health.clockOffsetMs / 100) / 10 }),
    failures: health?.failures ?? 0,
    flapping: health?.flapping ?? false,
    ...(health?.opinions && labelOf(health.opinions)),
    restarts: health?.restarts ?? 0,
    ...(health?.nextProbeAt !== undefined && { next_check_at: rfc3339(health.nextProbeAt) }),
    ...(member.awaitsApproval && { awaits_approval: true }),
    ...(member.removedBy !== undefined && { removed_by: member.removedBy }),
    ...(member.removedAt !== undefined && { removed_at: member.removedAt }),
    ...(member.suspension && { suspended_by: member.suspension.by.name, suspended_at: member.suspension.at }),
    ...(member.introducedBy && { introduced_by: member.introducedBy.name }),
    ...(member.introductions !== undefined && { introductions: member.introductions }),
    ...(member.tags?.length && { own_tags: member.tags }),
    ...(member.card && { tags: member.card.tags, fingerprint: fingerprintOf(member.card.identity) })
  }
}

const labelOf = (opinions: Opinions) => ({
  scope: opinions.scope,
  // It begins with a name then, which is written as it is.
  scope_reason: opinions.scope === 'confirmed' ? scopeWords(opinions) : sentence(scopeWords(opinions)),
  witnesses: [...opinions.witnesses]
})

/** What a probe met explains the verdicts that follow from probes; of any other it would be an old story. */
function whyNotOnline(health: PeerHealth): string | undefined {
  const { verdict, evidence } = health
  if (UP.has(verdict)) return undefined
  if (verdict === 'removed' || verdict === 'suspended' || verdict === 'quarantined') return reasonOf(health)
  const failure = verdict === 'pending' ? evidence.at(-1) : evidence.findLast(({ ok }) => !ok)
  if (failure?.ok === false) return failure.detail
  return verdict === 'pending' ? undefined : reasonOf(health)
}

export function detailOf(member: Member, health: PeerHealth | undefined): PeerDetail {
  return { ...viewOf(member, health), evidence: (health?.evidence ?? []).map(evidenceOf) }
}

function evidenceOf(answer: ProbeAnswer): Evidence {
  const common = { asked: answer.asked, at: rfc3339(answer.at), ok: answer.ok, duration_ms: round(answer.durationMs) }
  if (answer.ok) return common
  const told = { ...common, class: answer.class, detail: answer.detail }
  return answer.status === undefined ? told : { ...told, http_status: answer.status }
}

const rfc3339 = (at: number) => new Date(at).toISOString()
const round = (ms: number) => Math.round(ms * 10) / 10
