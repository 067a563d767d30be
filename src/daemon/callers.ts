import { createCallers, type OperatorKey } from '../cluster/access/callers.ts'
import { createSignedCallers } from '../cluster/access/signed-callers.ts'
import type { Cluster } from '../cluster/liveness/liveness.ts'
import type { Rotation } from '../cluster/membership/key-rotation.ts'
import type { EventLog } from '../schemas/event.ts'
import { createSessions } from '../security/session.ts'
import type { Store } from '../store/store.ts'

interface CallersParts {
  operatorKeys: readonly OperatorKey[]
  secrets: readonly string[]
  store: Store
  cluster: Cluster
  rotation: Rotation
  events: EventLog
  onAccepted: (memberId: string) => void
  onError: (error: unknown) => void
}

const COPIED = 'Two agents present the keys of this peer; the one that came later is refused. Stop the copy'

/** Who is asking, and what it means that a member does. */
export function buildCallers(parts: CallersParts) {
  const { operatorKeys, secrets, store, cluster, rotation, events, onAccepted, onError } = parts
  const { members, vault } = store
  return createCallers({
    operatorKeys,
    sessions: createSessions(secrets),
    members,
    isRevoked: store.isRevoked,
    signed: createSignedCallers({
      members,
      vault,
      onCopy: ({ id, name }) => events.publish({ type: 'peer.copied', peer: name, peer_id: id, reason: COPIED }),
      // Kept, so that after the next start nothing that it had sent unbound before counts any more.
      onBound: ({ id }) =>
        void members
          .change(id, (member) => ({ ...member, features: [...new Set([...member.features, 'bound-requests'])] }))
          .catch(onError)
    }),
    onMember: ({ id, state, keyDigest }, used) => {
      cluster.signOfLife(id)
      if (state === 'pending') onAccepted(id)
      if (keyDigest.next === used) rotation.promote(id, used).catch(onError)
    }
  })
}
