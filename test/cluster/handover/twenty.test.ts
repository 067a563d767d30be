import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createAlerts } from '../../../src/alerts/alerts.ts'
import type { ServerFacts } from '../../../src/alerts/findings/facts.ts'
import { createHandover, type Handover } from '../../../src/cluster/handover/handover.ts'
import { reasonOf } from '../../../src/cluster/liveness/reason.ts'
import { createFastClock } from '../../../src/dev/bench/health/fast-clock.ts'
import { createFleet, nameOf, type Path } from '../../../src/dev/bench/health/fleet.ts'
import { createRandom } from '../../../src/dev/bench/health/modelled.ts'
import type { AlertMessage } from '../../../src/schemas/alerts/alert.ts'
import type { Member } from '../../../src/schemas/peer.ts'
import { createIdentityKey } from '../../../src/security/identity.ts'
import { alertConfig, HOOK } from '../../alerts/world.ts'

const MINUTE = 60_000
const NODES = 20
const JOINED = '2026-01-01T00:00:00Z'

const table = <T extends { id: string }>() => {
  const records = new Map<string, T>()
  return {
    all: () => [...records.values()],
    get: (id: string) => records.get(id),
    put: async (one: T) => void records.set(one.id, one),
    delete: async (id: string) => records.delete(id)
  }
}

/** Twenty servers that watch each other and tell the same people; the first one runs thirty deployments. */
function createTwenty(t: TestContext) {
  const { clock, advance } = createFastClock()
  let path: Path = () => 'ok'
  let deployments = 'running'
  const fleet = createFleet({ nodes: NODES, clock, random: createRandom(3), path: (from, to) => path(from, to) })
  const keys = Array.from({ length: NODES }, createIdentityKey)
  const sent: (AlertMessage & { node: number })[] = []
  const handovers: Handover[] = []
  const reaches = (from: number, to: number) => path(from, to) === 'ok' && path(to, from) === 'ok'
  const memberOf = (node: number): Member => ({
    ...{ id: nameOf(node), number: node, name: nameOf(node), url: '', state: 'active', joinedAt: JOINED },
    ...{ credential: { sealed: '', since: JOINED }, keyDigest: { current: '' }, grants: [], pins: [] },
    ...{ features: ['told'], transport: 'signed', nodeId: nameOf(node) },
    card: {
      ...{ node_id: nameOf(node), name: nameOf(node), urls: ['http://x.test'], pins: [], features: [], tags: [] },
      ...{ identity: keys[node]?.publicKey ?? '', reach: 'direct', seq: 1 }
    }
  })
  const all = keys.map((key, node) => {
    const cluster = fleet.cluster(node)
    assert.ok(cluster)
    const members = keys.flatMap((_, other) => (other === node ? [] : memberOf(other)))
    const get = (id: string) => members.find((member) => member.id === id)
    const handover = createHandover({
      self: { nodeId: () => nameOf(node) },
      members: { all: () => members, get },
      peer: cluster.peer,
      identity: () => key,
      targets: () => [HOOK],
      clock,
      tell: async (id, said) => {
        const to = Number(id.slice('node-'.length))
        return reaches(node, to) ? handovers[to]?.hear(memberOf(node), said) : undefined
      }
    })
    handovers.push(handover)
    return createAlerts({
      config: alertConfig({ targets: [HOOK] }),
      server: () => nameOf(node),
      events: { publish: () => {} },
      cluster,
      reasonOf,
      look: async function* (): AsyncGenerator<ServerFacts> {
        if (node !== 0 && !reaches(node, 0)) return
        const names = Array.from({ length: 30 }, (_, at) => ({ name: `d${at}`, status: deployments }))
        yield { name: nameOf(0), id: node === 0 ? 'self' : nameOf(0), deployments: names }
      },
      tagsOf: () => [],
      isMember: () => true,
      ...{ store: table(), silences: table(), waiting: table() },
      ...{ clock, handover },
      onFault: assert.ifError,
      send: async (_, message) => void sent.push({ ...message, node })
    })
  })
  t.after(() => {
    for (const { close } of all) close()
    fleet.stop()
  })
  fleet.start()
  return {
    ...{ sent, advance },
    cut(next: Path) {
      path = next
    },
    /** The first one tells nothing any more; where it runs, its path is mended by `cut`. */
    kill: () => all[0]?.close(),
    run(status: string) {
      deployments = status
    }
  }
}

test('one dead server of twenty, with thirty deployments and the same target everywhere: one message, and one recovery', async (t) => {
  const { sent, advance, cut, run, kill } = createTwenty(t)
  await advance(5 * MINUTE)
  assert.equal(sent.length, 0)
  cut((from, to) => (from === 0 || to === 0 ? 'refused' : 'ok'))
  kill()
  await advance(10 * MINUTE)
  assert.deepEqual(
    sent.map(({ type, problems }) => [type, problems.map(({ kind, server }) => `${kind} ${server}`)]),
    [['incident.opened', ['peer node-0']]]
  )
  // Its containers come back after its agent.
  run('error')
  cut(() => 'ok')
  await advance(3 * MINUTE)
  run('running')
  await advance(10 * MINUTE)
  assert.deepEqual(
    sent.map(({ type }) => type),
    ['incident.opened', 'incident.closed']
  )
})

test('a server that loses half of all that it sends and hears wakes nobody about others', async (t) => {
  const { sent, advance, cut } = createTwenty(t)
  const random = createRandom(5)
  await advance(5 * MINUTE)
  cut((from, to) => ((from === 0) !== (to === 0) && random() < 0.5 ? 'lost' : 'ok'))
  await advance(60 * MINUTE)
  // It may say of itself that its network is bad: once, and so that nothing rings.
  const own = sent.filter(({ node }) => node === 0)
  assert.ok(own.length <= 2, own.map(({ title }) => title).join('; '))
  assert.ok(
    own.every(({ title, urgency }) => /^node-0 (does not reach|may be cut off)/.test(title) && urgency !== 'high')
  )
  const others = sent.filter(
    ({ node, problems }) => node !== 0 && problems.some(({ kind, server }) => kind === 'peer' && server !== 'node-0')
  )
  assert.deepEqual(
    others.map(({ node, title }) => `${node}: ${title}`),
    []
  )
})
