import { createAudit } from '../../cluster/access/audit.ts'
import type { OperatorKey } from '../../cluster/access/caller.ts'
import { createCallers } from '../../cluster/access/callers.ts'
import { createEndedSessions, EndedSession } from '../../cluster/access/ended-sessions.ts'
import { withFlatRunUsers } from '../../cluster/access/flatrun-callers.ts'
import { createSignedCallers } from '../../cluster/access/signed-callers.ts'
import type { Cluster } from '../../cluster/liveness/liveness.ts'
import type { Rotation } from '../../cluster/membership/keys/key-rotation.ts'
import type { FlatRunUsers } from '../../flatrun/users.ts'
import { createOpenAnswers } from '../../http/sockets/open-answers.ts'
import { AuditEntry } from '../../schemas/audit.ts'
import type { EventLog } from '../../schemas/event.ts'
import { createSessions } from '../../security/session.ts'
import type { Store } from '../../store/store.ts'
import type { Closing } from '../closing.ts'

interface AccessParts {
  /** Whom FlatRun's agent behind this one knows. */
  users: FlatRunUsers | undefined
  operatorKeys: readonly OperatorKey[]
  secrets: readonly string[]
  store: Store
  cluster: Cluster
  rotation: Rotation
  events: EventLog
  onAccepted: (memberId: string) => void
  onFault: (error: unknown) => void
  closing: Closing
}

const COPIED = 'Two agents present the keys of this peer; the one that came later is refused. Stop the copy'

/** Who is asking, what it means that a member does, which answers end with a key, and who did what. */
export async function buildAccess(parts: AccessParts) {
  const { users, operatorKeys, secrets, store, cluster, rotation, events, onAccepted, onFault, closing } = parts
  const { members, vault } = store
  const ours = createCallers({
    operatorKeys,
    sessions: createSessions(secrets),
    members,
    isRevoked: store.isRevoked,
    ended: createEndedSessions(await store.table('ended_sessions', EndedSession)),
    signed: createSignedCallers({
      members,
      vault,
      onCopy: ({ id, name }) => events.publish({ type: 'peer.copied', peer: name, peer_id: id, reason: COPIED }),
      // Kept, so that after the next start nothing that it had sent unbound before counts any more.
      onBound: ({ id }) =>
        void members
          .change(id, (member) => ({ ...member, features: [...new Set([...member.features, 'bound-requests'])] }))
          .catch(onFault)
    }),
    onMember: ({ id, state, keyDigest }, used) => {
      cluster.reportContact(id)
      if (state === 'pending') onAccepted(id)
      if (keyDigest.next === used) rotation.promote(id, used).catch(onFault)
    }
  })
  const callers = users ? withFlatRunUsers(ours, users) : ours
  const openAnswers = createOpenAnswers({ current: callers.current })
  members.subscribe(openAnswers.review)
  closing.add(openAnswers.close)
  const audit = createAudit({ records: await store.table('audit', AuditEntry), onFault })
  closing.add(audit.close)
  return { callers, openAnswers, audit }
}
