import { type Static, Type } from 'typebox'

/** One running state machine: what it is, whom it watches, and in which states it is now. Never its secrets: it has none. */
export const ActorView = Type.Object({
  /** Unique in this process; a peer's actor has the member's UUID. */
  id: Type.String(),
  /** The machine's name, as the charts have it. */
  machine: Type.String({ examples: ['peer'] }),
  parent: Type.Optional(Type.String()),
  /** The peer that it is about. */
  peer: Type.Optional(Type.String()),
  status: Type.Enum(['active', 'done', 'error', 'stopped']),
  /** The paths of the innermost active states. */
  states: Type.Array(Type.String(), { examples: [['probe.watching', 'health.online']] })
})
export type ActorView = Static<typeof ActorView>

export const ActorList = Type.Object({
  actors: Type.Array(ActorView),
  /** How many there are; `actors` may hold fewer. */
  total: Type.Integer()
})
export type ActorList = Static<typeof ActorList>

/** Lists the running actors; `peer` is a name. */
export interface Actors {
  list(query: { limit: number; peer?: string | undefined }): ActorList
}
