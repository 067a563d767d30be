import type { TestContext } from 'node:test'
import { createAggregate } from '../../../src/cluster/aggregate/aggregate.ts'
import type { AggregateQuery } from '../../../src/cluster/aggregate/fan-out.ts'
import type { AggregateKind } from '../../../src/cluster/aggregate/splice-json.ts'
import { createRemote } from '../../../src/remote/client.ts'
import { DEFAULT_DEADLINES, type Deadlines } from '../../../src/remote/deadlines.ts'
import type { Aggregate } from '../../../src/schemas/answer.ts'
import type { PeerHealth, Verdict } from '../../../src/schemas/health.ts'
import { deployment, type FakePeer, startFakePeer } from '../../fake-peer.ts'
import { movedClock, targetOf } from '../../remote/world.ts'
import { turnRound, via } from '../../reversed.ts'

type Options = Partial<Parameters<typeof createAggregate>[0]> & { deadlines?: Deadlines }

/** This node, named "self", and fake peers of these names, all online until the test says otherwise. */
export async function aggregateWorld(t: TestContext, names: string[], options: Options = {}) {
  const peers = await Promise.all(names.map((name) => startFakePeer({ name })))
  const byName = new Map(peers.map((peer) => [peer.name, peer]))
  const verdicts = new Map<string, Partial<PeerHealth> & { verdict: Verdict }>()
  const signs: string[] = []
  const { clock, advance } = movedClock()
  const { deadlines = DEFAULT_DEADLINES } = options
  const remote = createRemote({ credentialOf: () => 'key', lookupGuard: () => true, clock, deadlines })
  for (const { name, server } of peers) await turnRound(t, remote, name, server)
  t.after(async () => {
    remote.close()
    await Promise.all(peers.map((peer) => peer.close()))
  })
  const aggregate = createAggregate({
    local: {
      deployments: async () => ({ deployments: [deployment('own')], path: '/srv' }),
      stats: async () => ({ containers: { total: 1, running: 1, stopped: 0 } }),
      capacity: async () => ({ host: { cpu_cores: 2 } })
    },
    remote,
    targetOf: (id) => targetOf(byName.get(id) as FakePeer, via()),
    peers: () => peers.map((peer) => ({ ...healthOf(peer), ...verdicts.get(peer.name) })),
    selfName: () => 'self',
    reportContact: (id) => signs.push(`life ${id}`),
    reportFailure: (id, failed) => signs.push(`death ${id} ${failed}`),
    clock,
    ...options
  })

  return {
    aggregate,
    advance,
    signs,
    peer: (name: string) => byName.get(name) as FakePeer,
    setHealth: (name: string, health: Partial<PeerHealth> & { verdict: Verdict }) => verdicts.set(name, health),
    async ask(kind: AggregateKind = 'deployments', query: AggregateQuery = {}, signal = new AbortController().signal) {
      const text = (await aggregate.ask(kind, query, signal)).toString()
      return { ...(JSON.parse(text) as Aggregate), text }
    }
  }
}

const healthOf = (peer: FakePeer): PeerHealth => ({
  id: peer.name,
  name: peer.name,
  url: peer.url,
  verdict: 'online',
  since: 0,
  failures: 0,
  flapping: false,
  restarts: 0,
  features: [],
  evidence: []
})
