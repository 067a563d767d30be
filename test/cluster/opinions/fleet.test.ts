import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createFastClock } from '../../../src/dev/bench/health/fast-clock.ts'
import { createFleet, type FleetOptions, type Path } from '../../../src/dev/bench/health/fleet.ts'
import { createRandom } from '../../../src/dev/bench/health/modelled.ts'

const MINUTE = 60_000

/** Nodes that have known each other for two minutes; `path` may be changed then. */
async function settled(t: TestContext, options: Partial<FleetOptions> = {}) {
  const { clock, advance } = createFastClock()
  let path: Path = () => 'ok'
  const fleet = createFleet({
    nodes: 6,
    clock,
    random: createRandom(7),
    path: (from, to) => path(from, to),
    ...options
  })
  t.after(fleet.stop)
  fleet.start()
  await advance(2 * MINUTE)
  assert.deepEqual(fleet.offlines(), [])
  return {
    ...{ fleet, advance },
    cut(next: Path) {
      path = next
    },
    scopes: () => fleet.offlines().map(({ node, about, scope }) => `${node} of ${about}: ${scope}`)
  }
}

test('a link that is cut in one direction is unreachable from here only, and nobody else sees anything', async (t) => {
  const { fleet, advance, cut, scopes } = await settled(t)
  cut((from, to) => (from === 1 && to === 0 ? 'lost' : 'ok'))
  await advance(5 * MINUTE)
  assert.deepEqual(scopes(), ['1 of 0: here_only'])
  assert.match(fleet.offlines()[0]?.reason ?? '', /unreachable from here only: node-\d, node-\d and node-\d reach it$/)
})

test('a node that died is confirmed by all who knew it', async (t) => {
  const { advance, cut, scopes } = await settled(t)
  cut((from, to) => (from === 0 || to === 0 ? 'refused' : 'ok'))
  await advance(3 * MINUTE)
  const others = scopes().filter((scope) => !scope.startsWith('0'))
  assert.deepEqual(
    others.toSorted(),
    [1, 2, 3, 4, 5].map((node) => `${node} of 0: confirmed`)
  )
})

test('a node that is cut off says so of itself, and the others confirm that it is gone', async (t) => {
  const { advance, cut, scopes } = await settled(t)
  cut((from, to) => (from === 0 || to === 0 ? 'lost' : 'ok'))
  await advance(4 * MINUTE)
  const own = scopes().filter((scope) => scope.startsWith('0'))
  assert.equal(own.length, 5)
  assert.ok(
    own.every((scope) => scope.endsWith('cut_off')),
    own.join()
  )
  assert.equal(scopes().filter((scope) => scope.endsWith('of 0: confirmed')).length, 5)
})

test('of two servers none can ask, of three the third one is enough', async (t) => {
  const two = await settled(t, { nodes: 2 })
  two.cut(() => 'refused')
  await two.advance(3 * MINUTE)
  assert.deepEqual(two.scopes().toSorted(), ['0 of 1: alone', '1 of 0: alone'])
  const three = await settled(t, { nodes: 3 })
  three.cut((from, to) => (from === 0 || to === 0 ? 'refused' : 'ok'))
  await three.advance(3 * MINUTE)
  assert.equal(three.scopes().filter((scope) => scope.endsWith('of 0: confirmed')).length, 2)
})

test('who does not know a node is no witness, and another one is found', async (t) => {
  // Node 1 fails to reach node 0, which of the others only node 5 knows.
  const knows = (node: number, other: number) => (other === 0 ? node === 1 || node === 5 : true)
  const { fleet, advance, cut, scopes } = await settled(t, { nodes: 7, knows })
  cut((from, to) => (from === 1 && to === 0 ? 'lost' : 'ok'))
  await advance(3 * MINUTE)
  assert.deepEqual(scopes(), ['1 of 0: here_only'])
  assert.deepEqual(
    fleet.peer(1, 0)?.opinions?.witnesses.map(({ name, says }) => `${name} ${says}`),
    ['node-5 up']
  )
})

test('liars neither make a node offline nor keep one online, and what they say is a label', async (t) => {
  const down = await settled(t, { nodes: 5, lies: () => ({ opinion: 'down', class: 'timeout' }) })
  const before = down.fleet.counts.questions
  // Each tenth probe of one peer is lost, so that the liars are asked about it again and again.
  let probes = 0
  down.cut((from, to) => (from === 0 && to === 1 && probes++ % 10 === 0 ? 'lost' : 'ok'))
  await down.advance(60 * MINUTE)
  assert.ok(down.fleet.counts.questions - before > 20, `${down.fleet.counts.questions - before} questions`)
  assert.deepEqual(down.scopes(), [])
  for (let other = 1; other < 5; other++) assert.equal(down.fleet.peer(0, other)?.verdict, 'online')

  const up = await settled(t, { nodes: 5, lies: () => ({ opinion: 'up' }) })
  up.cut((from, to) => (from === 0 || to === 0 ? 'lost' : 'ok'))
  await up.advance(75_000)
  for (let node = 1; node < 5; node++) assert.equal(up.fleet.peer(node, 0)?.verdict, 'offline')
})

test('an acquittal asks at once, and so ends a suspicion that one lost packet began', async (t) => {
  const { fleet, advance, cut } = await settled(t)
  let lost = 1
  cut((from, to) => (from === 1 && to === 0 && lost-- > 0 ? 'refused' : 'ok'))
  fleet.cluster(1)?.reportFailure('node-0')
  await advance(1_000)
  assert.equal(fleet.peer(1, 0)?.verdict, 'online')
})

test('what others say is asked again while an outage lasts, and a change of it is told', async (t) => {
  const { fleet, advance, cut } = await settled(t)
  cut((from, to) => (from === 0 || to === 0 ? 'refused' : 'ok'))
  await advance(3 * MINUTE)
  cut((from, to) => (from === 1 && to === 0 ? 'refused' : 'ok'))
  await advance(4 * MINUTE)
  assert.equal(fleet.peer(1, 0)?.opinions?.scope, 'here_only')
  assert.equal(fleet.peer(2, 0)?.opinions, undefined)
  const told = fleet.events.filter(({ event }) => event.type === 'peer.scope' && event.peer === 'node-0')
  assert.deepEqual(
    told.map(({ node, event: { from, to } }) => [node, from, to]),
    [[1, 'confirmed', 'here_only']]
  )
})

test('a storm is bounded: half of twenty nodes die at once', async (t) => {
  const { fleet, advance, cut } = await settled(t, { nodes: 20 })
  const { questions: asked, witnessed } = fleet.counts
  cut((from, to) => (from < 10 || to < 10 ? 'lost' : 'ok'))
  await advance(2 * MINUTE)
  const questions = fleet.counts.questions - asked
  // Four rounds in this time, of each about ten peers that fail or more, and nine questions in a round at most.
  assert.ok(questions > 10 * 10 * 4 && questions < 10 * (10 + 19) * 4 * 9, `${questions} questions`)
  // However many ask about one at once, whoever is asked probes it once.
  assert.ok(fleet.counts.witnessed - witnessed < questions, `${fleet.counts.witnessed - witnessed} probes`)
  const survivors = fleet.offlines().filter(({ node, about }) => node >= 10 && about < 10)
  assert.equal(survivors.length, 100)
  assert.deepEqual([...new Set(survivors.map(({ scope }) => scope))], ['confirmed'])
})
