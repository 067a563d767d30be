import { type Static, Type } from 'typebox'

/** What happened, in the order in which it happened here. `id` grows by one and survives a restart. */
export const EventType = Type.Enum([
  'peer.joined',
  'peer.confirmed',
  'peer.removed',
  'peer.left',
  'peer.state',
  'peer.scope',
  'peer.absence',
  'peer.suspended',
  'peer.restored',
  'peer.flapping',
  'peer.crashed',
  'peer.quarantined',
  'peer.rekeyed',
  'peer.copied',
  'peer.identity',
  'peer.renamed',
  'peer.moved',
  'peer.elsewhere',
  'peer.clock',
  'peer.reach',
  'invite.created',
  'invite.spent',
  'invite.revoked',
  'invite.refused',
  'introduction.sent',
  'introduction.received',
  'introduction.conflict',
  'policy.changed',
  'deployment.changed',
  'deployment.action',
  'rollout.started',
  'rollout.ended',
  'config.reloaded',
  'flatrun.state',
  'alert.sent',
  'alert.told',
  'alert.failed',
  'prober.crashed',
  'node.started',
  'node.restored',
  'node.stalled'
])
export type EventType = Static<typeof EventType>

export const ClusterEvent = Type.Object(
  {
    id: Type.Integer(),
    at: Type.String(),
    type: EventType,
    peer: Type.Optional(Type.String()),
    peer_id: Type.Optional(Type.String()),
    from: Type.Optional(Type.String()),
    to: Type.Optional(Type.String()),
    /** One sentence for a person. */
    reason: Type.Optional(Type.String()),
    /** Small facts by name; never a secret. */
    facts: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])))
  },
  {
    examples: [
      {
        id: 41,
        at: '2026-11-23T08:15:30.123Z',
        type: 'peer.state',
        peer: 'node-2',
        from: 'suspect',
        to: 'offline',
        reason: '4 probes in a row failed: connection refused'
      }
    ]
  }
)
export type ClusterEvent = Static<typeof ClusterEvent>
export type NewEvent = Omit<ClusterEvent, 'id' | 'at'>

/** Where events go. Publishing never throws and never waits. */
export interface EventLog {
  publish(event: NewEvent): void
  /** The remembered events after `id`, oldest first. */
  since(id: number): readonly ClusterEvent[]
  /** Calls back on each new event, in order, until the returned function is called. */
  subscribe(listener: (event: ClusterEvent) => void): () => void
}
