import pLimit from 'p-limit'
import { Check } from 'typebox/value'
import type { Clock } from '../../../machines/clock.ts'
import type { Remote } from '../../remote/client.ts'
import { failureOf } from '../../remote/failure.ts'
import { type PeerHealth, UP } from '../../schemas/health.ts'
import { type Reachability, View } from '../../schemas/opinions/reachability.ts'
import type { Member } from '../../schemas/peer.ts'
import { createSingleflight } from '../aggregate/singleflight.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { whyUnavailable } from '../liveness/why-unavailable.ts'
import type { Self } from '../peers/self.ts'
import { targetOf } from '../peers/transport.ts'
import { asymmetricIn, islandsIn } from './map.ts'

interface ReachabilityOptions {
  self: Pick<Self, 'nodeId' | 'name'>
  members: { all(): readonly Member[] }
  cluster: Pick<Cluster, 'peer'>
  remote: Pick<Remote, 'request' | 'deadlines'>
  clock: Pick<Clock, 'now'>
}

type Row = Reachability['rows'][string]

const AT_ONCE = 32
const MAX_BYTES = 2 << 20
const SHARED_FOR_MS = 5_000

export type Reaches = ReturnType<typeof createReachability>

/** What this node sees of others, and what all of them see of each other. */
export function createReachability({ self, members, cluster, remote, clock }: ReachabilityOptions) {
  const atOnce = pLimit(AT_ONCE)
  const share = createSingleflight<Reachability>()
  let last: { at: number; map: Reachability } | undefined

  function view(): View {
    const peers = members.all().flatMap((member) => {
      const { nodeId: node_id, name } = member
      const health = cluster.peer(member.id)
      if (node_id === undefined || !health) return []
      return [{ node_id, name, ...seenOf(health), since: new Date(health.since).toISOString() }]
    })
    return { peers }
  }

  const ownRow = (): Row => ({
    answered: true,
    sees: Object.fromEntries(
      members.all().flatMap(({ id, name }) => {
        const health = cluster.peer(id)
        return health ? [[name, seenOf(health)]] : []
      })
    )
  })

  async function rowOf(member: Member, names: ReadonlyMap<string, string>, signal: AbortSignal): Promise<Row> {
    const health = cluster.peer(member.id)
    try {
      if (!health || !UP.has(health.verdict)) return silent(health ? whyUnavailable(health).message : 'not watched')
      if (!health.features.includes('view')) return silent('its agent does not tell what it sees')
      const ask = { path: '/api/cluster/view', deadlineMs: remote.deadlines.aggregateMs, maxBytes: MAX_BYTES, signal }
      const { status, text } = await remote.request(targetOf(member), ask)
      if (status === 403) return silent('its policy for this server does not allow that')
      const said: unknown = status === 200 ? JSON.parse(text) : undefined
      if (!Check(View, said)) return silent('what it answered is no view')
      // Of nodes that this one does not know, it says nothing that could be drawn.
      const known = said.peers.flatMap(({ node_id, state, scope, latency_ms }) => {
        const name = names.get(node_id)
        return name === undefined ? [] : [[name, { state, ...optional(scope, latency_ms) }] as const]
      })
      return { answered: true, sees: Object.fromEntries(known) }
    } catch (error) {
      return silent(failureOf(error).message)
    }
  }

  async function ask(signal: AbortSignal): Promise<Reachability> {
    const all = members.all().toSorted((a, b) => a.name.localeCompare(b.name))
    const names = new Map([
      [self.nodeId(), self.name()],
      ...all.map(({ nodeId = '', name }) => [nodeId, name] as const)
    ])
    const others = await Promise.all(
      all.map(async (member) => [member.name, await atOnce(() => rowOf(member, names, signal))] as const)
    )
    const nodes = [self.name(), ...all.map(({ name }) => name)]
    const rows = Object.fromEntries([[self.name(), ownRow()], ...others])
    const map = { nodes, rows, asymmetric: asymmetricIn(nodes, rows), islands: islandsIn(nodes, rows) }
    // Of one that nobody waited for to its end, half the rows are empty.
    if (!signal.aborted) last = { at: clock.now(), map }
    return map
  }

  return {
    view,
    /** Who sees whom; asked anew when the last answer is older than five seconds. */
    map: async (signal: AbortSignal): Promise<Reachability> =>
      last && clock.now() - last.at < SHARED_FOR_MS ? last.map : share('map', signal, ask)
  }
}

const silent = (error: string): Row => ({ answered: false, error, sees: {} })

const seenOf = ({ verdict: state, opinions, latencyMs }: PeerHealth) => ({
  state,
  ...optional(opinions?.scope, UP.has(state) && latencyMs !== undefined ? Math.round(latencyMs * 10) / 10 : undefined)
})

const optional = <S>(scope: S | undefined, latency_ms: number | undefined) => ({
  ...(scope !== undefined && { scope }),
  ...(latency_ms !== undefined && { latency_ms })
})
