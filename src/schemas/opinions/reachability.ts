import { type Static, Type } from 'typebox'
import { Verdict } from '../health.ts'
import { PeerName, Timestamp } from '../names.ts'
import { Scope } from './opinion.ts'

const Seen = {
  state: Verdict,
  scope: Type.Optional(Scope),
  latency_ms: Type.Optional(Type.Number())
}

/** What one node believes of each of its peers. */
export const View = Type.Object({
  peers: Type.Array(
    Type.Object({ node_id: Type.String({ maxLength: 64 }), name: PeerName, ...Seen, since: Timestamp }),
    { maxItems: 10_000 }
  )
})
export type View = Static<typeof View>

const Row = Type.Object({
  answered: Type.Boolean(),
  /** Why it told nothing. */
  error: Type.Optional(Type.String()),
  sees: Type.Record(Type.String(), Type.Object(Seen))
})

/** Who sees whom, by the names that this server knows. */
export const Reachability = Type.Object({
  nodes: Type.Array(Type.String()),
  rows: Type.Record(Type.String(), Row),
  /** The first one does not reach the second, which reaches the first. */
  asymmetric: Type.Array(Type.Array(Type.String())),
  /** Those that are connected with each other, the largest first; one island is a whole cluster. */
  islands: Type.Array(Type.Array(Type.String()))
})
export type Reachability = Static<typeof Reachability>
