import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { partOf } from '../../../src/alerts/message.ts'
import { createHandover, type Handover, type Turn } from '../../../src/cluster/handover/handover.ts'
import { lineOf, TURN_MS } from '../../../src/cluster/handover/who-sends.ts'
import type { AlertMessage } from '../../../src/schemas/alerts/alert.ts'
import type { AlertTarget } from '../../../src/schemas/alerts/alert-target.ts'
import type { ToldRequest } from '../../../src/schemas/opinions/told.ts'
import type { Member } from '../../../src/schemas/peer.ts'
import { createIdentityKey } from '../../../src/security/identity.ts'
import { createClock } from '../../clock.ts'

const HOOK: AlertTarget = { type: 'webhook', url: 'https://hooks.test/a' }
const OTHER: AlertTarget = { type: 'webhook', url: 'https://hooks.test/b' }
const JOINED = '2026-01-01T00:00:00Z'

interface Options {
  targets?: (node: number) => AlertTarget[]
  reaches?: (from: number, to: number) => boolean
}

/** Servers that have the same target and all see the same; only the wire between them is played. */
function createServers(t: TestContext, count: number, { targets = () => [HOOK], reaches = () => true }: Options = {}) {
  const clock = createClock()
  const keys = Array.from({ length: count }, createIdentityKey)
  const said: ToldRequest[] = []
  const leaving = new AbortController()
  t.after(() => leaving.abort())
  const idOf = (node: number) => `id-${node}`
  const memberOf = (node: number): Member => ({
    ...{ id: idOf(node), number: node, name: `node-${node}`, url: '', state: 'active', joinedAt: JOINED },
    ...{ credential: { sealed: '', since: JOINED }, keyDigest: { current: '' }, grants: [], pins: [] },
    ...{ features: ['told'], transport: 'signed', nodeId: `node-${node}` },
    card: {
      ...{ node_id: `node-${node}`, name: `node-${node}`, urls: ['http://x.test'], pins: [], features: [], tags: [] },
      ...{ identity: keys[node]?.publicKey ?? '', reach: 'direct', seq: 1 }
    }
  })
  const seenBy = (node: number, to: number) => {
    const elsewhere = keys.some((_, other) => other !== node && reaches(other, to))
    const opinions = { scope: elsewhere ? ('here_only' as const) : ('confirmed' as const), witnesses: [] }
    return reaches(node, to) ? { verdict: 'online' as const } : { verdict: 'offline' as const, opinions }
  }
  const servers: Handover[] = keys.map((key, node) => {
    const members = keys.flatMap((_, other) => (other === node ? [] : [memberOf(other)]))
    return createHandover({
      self: { nodeId: () => `node-${node}` },
      members: { all: () => members, get: (id) => members.find((member) => member.id === id) },
      peer: (id) => seenBy(node, Number(id.slice(3))),
      identity: () => key,
      targets: () => targets(node),
      clock,
      tell: async (id, request) => {
        const to = Number(id.slice(3))
        said.push(request)
        return reaches(node, to) ? servers[to]?.hear(memberOf(node), request) : undefined
      }
    })
  })

  const sent: { node: number; at: number }[] = []
  /** Of each message that was sent, what it was about. */
  const about: string[][] = []
  const left: { node: number; by: string }[] = []
  /** What a delivery does with a message, at one server. */
  async function deliver(node: number, message: AlertMessage, target = HOOK): Promise<void> {
    const stopped: Turn = { by: 'nobody' }
    const turn = (await servers[node]?.turn(target, message, leaving.signal).catch(() => stopped)) ?? stopped
    if (turn.by !== undefined) return void left.push({ node, by: turn.by })
    sent.push({ node, at: clock.now() })
    const told = turn.rest ? partOf(message, turn.rest) : message
    about.push(told.problems.map(({ server }) => server))
    await servers[node]?.sent(target, told)
  }
  const all = (message: AlertMessage, except: readonly number[] = []) =>
    keys.forEach((_, node) => void (except.includes(node) || deliver(node, message)))
  return { clock, said, sent, about, left, deliver, all }
}

const downMessage = (node: number, type: AlertMessage['type'] = 'incident.opened'): AlertMessage => ({
  ...{ id: `m-${Math.random()}`, type, at: JOINED, server: 'any', urgency: 'high', title: '', text: '' },
  problems: [
    {
      ...{ kind: 'peer', server: `node-${node}`, peer_id: `id-${node}`, title: 'does not answer', since: JOINED },
      ...(type === 'incident.closed' && { ended: JOINED, outcome: 'answers again' })
    }
  ]
})

/** Several that fell together. */
const allDown = (nodes: number[]): AlertMessage => ({
  ...downMessage(0),
  problems: nodes.flatMap((node) => downMessage(node).problems)
})

const lineFor = (nodes: number[], about: number) =>
  lineOf(
    nodes.map((node) => `node-${node}`),
    `open peer|node-${about}|`
  ).map((name) => Number(name.slice(5)))

test('of ten servers with the same target one sends, and the others say who did', async (t) => {
  const { clock, sent, left, all } = createServers(t, 10, { reaches: (from, to) => from !== 0 && to !== 0 })
  all(downMessage(0), [0])
  await clock.advance(10 * TURN_MS)
  const [first] = lineFor([1, 2, 3, 4, 5, 6, 7, 8, 9], 0)
  assert.deepEqual(sent, [{ node: first, at: 0 }])
  assert.equal(left.length, 8)
  assert.ok(left.every(({ by }) => by === `node-${first}`))
})

test('when the first in line is killed before it sends, the next one does after its turn', async (t) => {
  const [first = 0, second] = lineFor([1, 2, 3, 4], 0)
  const { clock, sent, all } = createServers(t, 5, { reaches: (from, to) => from !== 0 && to !== 0 })
  all(downMessage(0), [0, first])
  await clock.advance(10 * TURN_MS)
  assert.deepEqual(sent, [{ node: second, at: TURN_MS }])
})

const PAIRS = [1, 2, 3, 4].flatMap((one) => [1, 2, 3, 4].flatMap((other) => (one === other ? [] : [[one, other]])))

for (const [words, isCut] of [
  ['in one direction', (from: number, to: number, [one, other]: number[]) => from === one && to === other],
  ['in both', (from: number, to: number, pair: number[]) => pair.includes(from) && pair.includes(to)]
] as const)
  test(`a link between two that is cut ${words} makes no second message, whichever it is`, async (t) => {
    for (const pair of PAIRS) {
      const { clock, sent, left, all } = createServers(t, 5, {
        reaches: (from, to) => from !== 0 && to !== 0 && from !== to && !isCut(from, to, pair)
      })
      all(downMessage(0), [0])
      await clock.advance(10 * TURN_MS)
      assert.deepEqual([sent.length, left.length], [1, 3], `${pair}`)
    }
  })

test('of a split cluster each half sends once', async (t) => {
  const left = (node: number) => node <= 3
  const { clock, sent, all } = createServers(t, 7, {
    reaches: (from, to) => from !== 0 && to !== 0 && left(from) === left(to)
  })
  all(downMessage(0), [0])
  await clock.advance(10 * TURN_MS)
  assert.deepEqual(sent.map(({ node }) => left(node)).toSorted(), [false, true])
})

test('who has another target does not stand in line, and is told nothing that it could read', async (t) => {
  const { clock, sent, said, deliver } = createServers(t, 3, { targets: (node) => (node === 2 ? [OTHER] : [HOOK]) })
  void deliver(1, downMessage(0), HOOK)
  void deliver(2, downMessage(0), OTHER)
  await clock.advance(10 * TURN_MS)
  assert.deepEqual(sent.map(({ node }) => node).toSorted(), [1, 2])
  assert.ok(said.length > 0)
  assert.ok(said.every((request) => !JSON.stringify(request).includes('hooks.test')))
  assert.equal(new Set(said.map(({ target }) => target)).size > 2, true, 'a target is another word for each pair')
})

test('who notices late is not the second one to tell, and the end of it is told once as well', async (t) => {
  const { clock, sent, all, deliver } = createServers(t, 4, { reaches: (from, to) => from !== 0 && to !== 0 })
  all(downMessage(0), [0, 3])
  await clock.advance(5 * TURN_MS)
  void deliver(3, downMessage(0))
  await clock.advance(5 * TURN_MS)
  assert.equal(sent.length, 1)
  all(downMessage(0, 'incident.closed'), [0])
  await clock.advance(10 * TURN_MS)
  assert.equal(sent.length, 2)
})

test('the next outage of the same server is told again', async (t) => {
  const { clock, sent, all } = createServers(t, 4, { reaches: (from, to) => from !== 0 && to !== 0 })
  for (const type of ['incident.opened', 'incident.closed', 'incident.opened', 'incident.closed'] as const) {
    all(downMessage(0, type), [0])
    await clock.advance(10 * TURN_MS)
  }
  assert.equal(sent.length, 4)
})

test('a server that says it has told, and did not, silences nobody who does not share its target', async (t) => {
  const { clock, sent, said, deliver } = createServers(t, 3, { targets: (node) => (node === 2 ? [OTHER] : [HOOK]) })
  // Node 2 would have to know the target to say that it told it.
  await deliver(2, downMessage(0), OTHER)
  void deliver(1, downMessage(0))
  await clock.advance(10 * TURN_MS)
  assert.ok(said.length > 0)
  assert.deepEqual(sent.map(({ node }) => node).toSorted(), [1, 2])
})

test('what is still wrong is not told to be over by the end of something beside it', async (t) => {
  const { clock, sent, deliver, all } = createServers(t, 5, { reaches: (from, to) => from > 1 && to > 1 })
  all(downMessage(0), [0, 1])
  all(downMessage(1), [0, 1])
  await clock.advance(10 * TURN_MS)
  assert.equal(sent.length, 2)
  const changed = downMessage(0, 'incident.closed')
  const problems = [...changed.problems, ...downMessage(1).problems]
  void deliver(2, { ...changed, type: 'incident.changed', problems })
  await clock.advance(10 * TURN_MS)
  all(downMessage(1, 'incident.closed'), [0, 1, 2])
  await clock.advance(10 * TURN_MS)
  assert.equal(sent.length, 4)
})

test('the end that another told makes its word of the beginning worthless', async (t) => {
  const { clock, sent, deliver } = createServers(t, 3)
  void deliver(1, downMessage(0))
  await clock.advance(10 * TURN_MS)
  void deliver(1, downMessage(0, 'incident.closed'))
  await clock.advance(10 * TURN_MS)
  void deliver(2, downMessage(0))
  await clock.advance(10 * TURN_MS)
  assert.deepEqual(
    sent.map(({ node }) => node),
    [1, 1, 2]
  )
})

test('what was said before an outage began is not about it', async (t) => {
  const { clock, sent, deliver } = createServers(t, 3)
  void deliver(1, downMessage(0))
  await clock.advance(30 * 60_000)
  const message = downMessage(0)
  const since = new Date(Date.parse(JOINED) + 29 * 60_000).toISOString()
  void deliver(2, { ...message, problems: message.problems.map((problem) => ({ ...problem, since })) })
  await clock.advance(10 * TURN_MS)
  assert.deepEqual(
    sent.map(({ node }) => node),
    [1, 2]
  )
})

test('what only this server sees is told by it, whatever others said of the same server', async (t) => {
  const { clock, sent, said, deliver } = createServers(t, 3)
  void deliver(1, downMessage(0))
  await clock.advance(10 * TURN_MS)
  const asked = said.length
  void deliver(2, { ...downMessage(0), local: true })
  await clock.advance(0)
  assert.deepEqual(
    sent.map(({ node }) => node),
    [1, 2]
  )
  assert.equal(said.length, asked, 'nobody is told of it')
})

test('what only this server can tell waits for nobody', async (t) => {
  const { clock, sent, said, deliver } = createServers(t, 3)
  void deliver(1, { ...downMessage(0), type: 'test', problems: [] })
  await clock.advance(0)
  assert.deepEqual(sent, [{ node: 1, at: 0 }])
  assert.deepEqual(said, [])
})

test('of what two servers tell in part, each thing is told once, and all of it', async (t) => {
  const { clock, about, deliver } = createServers(t, 8)
  void deliver(4, allDown([0, 1, 2]))
  void deliver(5, allDown([1, 2, 3]))
  void deliver(6, allDown([0]))
  void deliver(7, allDown([3, 2]))
  await clock.advance(10 * TURN_MS)
  assert.deepEqual(about.flat().toSorted(), ['node-0', 'node-1', 'node-2', 'node-3'])
})

test('what another has told already is left out, in words for the rest', async (t) => {
  const { clock, about, deliver } = createServers(t, 4)
  void deliver(2, allDown([0]))
  await clock.advance(10 * TURN_MS)
  void deliver(3, allDown([0, 1]))
  await clock.advance(10 * TURN_MS)
  assert.deepEqual(about, [['node-0'], ['node-1']])
  const { title, text } = partOf(allDown([0, 1, 2]), allDown([1, 2]).problems)
  assert.equal(title, 'node-1 and node-2 are down, says any')
  assert.match(text, /^node-1 does not answer since .+\nnode-2 does not answer since .+\nLook first with: /)
})
