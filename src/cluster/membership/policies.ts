import { PeerUnknown } from '../../errors/members.ts'
import { BadRequest } from '../../errors/requests.ts'
import type { EventLog } from '../../schemas/event.ts'
import { CAPABILITIES, type Grant } from '../../schemas/grant.ts'
import type { Members } from '../../store/members.ts'

/** What each peer's key may do here. */
export function createPolicies({ members, events }: { members: Members; events: EventLog }) {
  function member(name: string) {
    const found = members.byName(name)
    if (!found) throw new PeerUnknown(name)
    return found
  }

  return {
    get(name: string) {
      const { name: peer, grants } = member(name)
      return { peer, grants }
    },
    /** Replaces the grants; counts from the peer's next request on. */
    async put(name: string, grants: Grant[]) {
      const found = member(name)
      checkGrants(grants)
      await members.change(found.id, (now) => ({ ...now, grants }))
      events.publish({
        type: 'policy.changed',
        peer: found.name,
        peer_id: found.id,
        reason: `may now: ${grants.map(({ capability }) => capability).join(', ') || 'nothing'}`
      })
      return { peer: found.name, grants }
    }
  }
}

export type Policies = ReturnType<typeof createPolicies>

/** @throws BadRequest in FlatRun's words. */
export function checkGrants(grants: readonly Grant[]): void {
  const seen = new Set<string>()
  for (const { capability, max_cpu, max_memory, max_replicas } of grants) {
    if (!CAPABILITIES.has(capability)) throw new BadRequest(`Unknown capability "${capability}"`)
    if (seen.has(capability)) throw new BadRequest(`Duplicate capability "${capability}"`)
    if ([max_cpu, max_memory, max_replicas].some((limit) => limit !== undefined && limit < 0)) {
      throw new BadRequest('Resource limits cannot be negative')
    }
    seen.add(capability)
  }
}
