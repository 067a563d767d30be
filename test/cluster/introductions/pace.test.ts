import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createIntroductions } from '../../../src/cluster/introductions/introductions.ts'
import { createPace } from '../../../src/cluster/introductions/pace.ts'
import type { Card } from '../../../src/schemas/joining/card.ts'
import { Introduction } from '../../../src/schemas/joining/introduction.ts'
import { createIdentityKey } from '../../../src/security/identity.ts'
import { openStore } from '../../../src/store/store.ts'
import { temporaryFolder } from '../../daemon.ts'

test('fewer are dialled at once while answers take long, never none, and more and more while they do not', async () => {
  const moment = { now: 0 }
  const pace = createPace({ most: 8, slowMs: 5_000, now: () => moment.now })
  const took = async (ms: number) => {
    await pace.run(async () => {
      moment.now += ms
    })
    return pace.width()
  }
  for (const width of [3, 4, 5, 6, 7, 8, 8]) assert.equal(await took(20), width)
  assert.deepEqual([await took(5_001), await took(9_000), await took(9_000), await took(9_000)], [4, 2, 1, 1])
  assert.equal(await took(3_000), 1, 'neither quick nor slow')
  assert.equal(await took(20), 2)
})

test('a failed try counts for the pace as well, and is told to whoever began it', async () => {
  const moment = { now: 0 }
  const pace = createPace({ most: 8, slowMs: 5_000, now: () => moment.now })
  const failing = pace.run(async () => {
    moment.now += 10_000
    throw new Error('no answer')
  })
  await assert.rejects(failing, /no answer/)
  assert.equal(pace.width(), 1)
})

test('two servers that are told of the same others dial them in different orders, and at once who knocked before', async (t) => {
  const others = Array.from({ length: 20 }, (_, at) => cardOf(`s${at}`))
  const knocked = others[7]?.identity
  const orders: string[][] = []
  for (const nodeId of ['zz-one', 'zz-two']) {
    const store = await openStore({ folder: temporaryFolder(t), secrets: ['a-secret-of-thirty-two-characters!'] })
    t.after(store.close)
    const identity = createIdentityKey().publicKey
    const introductions = createIntroductions({
      ...{ store, records: await store.table('introductions', Introduction), policy: 'accept' },
      self: { nodeId: () => nodeId, name: () => nodeId, identity: () => identity },
      reach: { isReverse: () => false },
      knocks: { has: (one) => one === knocked },
      events: { publish: () => {}, since: () => [], subscribe: () => () => {} },
      clock: { wall: () => 0 },
      onFault: (error) => assert.fail(String(error))
    })
    await introductions.receive({ id: 'door', name: 'door', grants: [] } as never, others)
    const planned = introductions.planned()
    const nameOf = (id: string) => introductions.get(id)?.card.name ?? ''
    // Its node id is the greater one: it waits for the others to dial.
    assert.deepEqual(
      planned.filter(({ at }) => at === 0).map(({ id }) => nameOf(id)),
      ['s7']
    )
    orders.push(planned.map(({ id }) => nameOf(id)))
  }
  assert.deepEqual(orders[0]?.toSorted(), orders[1]?.toSorted())
  assert.notDeepEqual(orders[0], orders[1])
})

const cardOf = (name: string): Card => ({
  ...{ node_id: `node-${name}`, name, urls: [`https://${name}.test`], identity: createIdentityKey().publicKey },
  ...{ pins: [], features: ['introduce'], reach: 'direct', tags: [], seq: 1 }
})
