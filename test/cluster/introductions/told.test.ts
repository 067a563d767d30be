import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createCards } from '../../../src/cluster/identity/cards.ts'
import { createTelling } from '../../../src/cluster/introductions/introducer/telling.ts'
import { createSuspending } from '../../../src/cluster/introductions/suspending.ts'
import type { Cluster } from '../../../src/cluster/liveness/liveness.ts'
import type { Ask, PeerTarget } from '../../../src/remote/target.ts'
import type { NewEvent } from '../../../src/schemas/event.ts'
import type { Card } from '../../../src/schemas/joining/card.ts'
import { Outbox } from '../../../src/schemas/joining/introduction.ts'
import type { Member } from '../../../src/schemas/peer.ts'
import { createIdentityKey } from '../../../src/security/identity.ts'
import { openStore } from '../../../src/store/store.ts'
import { temporaryFolder } from '../../daemon.ts'

const AT = '2026-01-01T00:00:00.000Z'
const cardOf = (name: string, facts: Partial<Card> = {}): Card => ({
  ...{ node_id: `node-${name}`, name, urls: [`https://${name}.test`], identity: createIdentityKey().publicKey },
  ...{ pins: [], features: ['introduce'], reach: 'direct', tags: [], seq: 1, ...facts }
})
const memberOf = (name: string, facts: Partial<Member> = {}): Member => ({
  ...{ id: name, number: 1, name, url: `https://${name}.test`, state: 'active', joinedAt: AT, grants: [], pins: [] },
  ...{ credential: { sealed: '', since: AT }, keyDigest: { current: `digest of ${name}` } },
  ...{ features: ['introduce'], transport: 'tls', nodeId: `node-${name}`, ...facts }
})

/** A store, members that are all online, and what is asked of them. */
async function world(t: TestContext, members: readonly Member[]) {
  const store = await openStore({ folder: temporaryFolder(t), secrets: ['a-secret-of-thirty-two-characters!'] })
  t.after(store.close)
  for (const member of members) await store.members.put(member)
  const events: NewEvent[] = []
  const told: { to: string; of: string[] }[] = []
  const away = new Set<string>()
  let answered: Parameters<Cluster['onAnswer']>[0] = () => {}
  const parts = {
    store,
    events: { publish: (event: NewEvent) => void events.push(event), since: () => [], subscribe: () => () => {} },
    cluster: {
      peer: () => ({ verdict: 'online', features: ['introduce'] }) as never,
      onChange: () => () => {},
      onAnswer: (listener: typeof answered) => {
        answered = listener
        return () => {}
      },
      updated: () => {}
    },
    remote: {
      deadlines: { requestMs: 1_000 } as never,
      forget: () => {},
      request: async ({ id }: PeerTarget, { body }: Ask) => {
        if (away.has(id)) throw new Error('it is not there')
        told.push({ to: id, of: (body as { cards: Card[] }).cards.map(({ name }) => name) })
        return { status: 200, text: '{"results":[]}', headers: {} }
      }
    },
    onFault: (error: unknown) => assert.fail(String(error))
  }
  return {
    store,
    events,
    told,
    parts,
    away,
    answers: (id: string) => answered({ id, name: id, verdict: 'online' }, { ok: true } as never)
  }
}

test('a member whose card has not come yet is told of others, and others of it as soon as it has', async (t) => {
  const { store, told, parts } = await world(t, [memberOf('a'), memberOf('b', { card: cardOf('b') })])
  const outbox = await store.table('outbox', Outbox)
  const telling = createTelling({ ...parts, outbox, clock: { wall: () => Date.parse(AT) } })
  await telling.introduce(undefined)
  await settled(() => told.length === 1 && outbox.all().length === 1)
  assert.deepEqual(told, [{ to: 'a', of: ['b'] }])

  await store.members.change('a', (member) => ({ ...member, card: cardOf('a') }))
  await telling.carded('a')
  await settled(() => told.length === 2 && outbox.all().length === 0)
  assert.deepEqual(told[1], { to: 'b', of: ['a'] })
  await telling.tidy()
  assert.equal(told.length, 2, 'nobody is told twice')
})

test('a member that missed what was sent, and was online all the while, is told with its next answer', async (t) => {
  const { store, told, parts, away, answers } = await world(t, [
    memberOf('a', { card: cardOf('a') }),
    memberOf('b', { card: cardOf('b') })
  ])
  const outbox = await store.table('outbox', Outbox)
  const telling = createTelling({ ...parts, outbox, clock: { wall: () => Date.parse(AT) } })
  away.add('a')
  await telling.introduce(undefined)
  await settled(() => told.length === 1 && outbox.all().length === 1)
  assert.deepEqual(told, [{ to: 'b', of: ['a'] }])

  away.delete('a')
  answers('b')
  answers('a')
  await settled(() => outbox.all().length === 0)
  assert.deepEqual(told.slice(1), [{ to: 'a', of: ['b'] }])
})

test('of two first cards that come at once one counts, and the other is told as another identity', async (t) => {
  const { store, events, parts } = await world(t, [memberOf('a')])
  const cards = createCards({ ...parts, self: { identity: () => 'own' }, ownCard: async () => undefined })
  const two = [cardOf('a'), cardOf('a', { seq: 9 })]
  const results = await Promise.allSettled(two.map((card) => cards.take('a', card)))
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  const taken = two[results.findIndex(({ status }) => status === 'fulfilled')]
  assert.equal(store.members.get('a')?.card?.identity, taken?.identity)
  assert.deepEqual(
    events.map(({ type }) => type),
    ['peer.identity']
  )
})

test('of many that one introducer takes back at once, in requests side by side, three go and the others are asked about', async (t) => {
  const by = memberOf('door')
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  const members = names.map((name) => memberOf(name, { introducedBy: { id: 'door', name: 'door' } }))
  const { store, parts } = await world(t, [by, ...members])
  const suspending = createSuspending({
    ...{ ...parts, clock: { wall: () => Date.parse(AT) } },
    introductions: { withdrawn: async () => false }
  })
  const results = await Promise.all(names.map((name) => suspending.withdraw(by, [`node-${name}`], 'a test')))
  const states = results.flat().map(({ state }) => state)
  assert.equal(states.filter((state) => state === 'suspended').length, 3)
  assert.equal(states.filter((state) => state === 'asked').length, names.length - 3)
  assert.equal(store.members.all().filter(({ state }) => state === 'suspended').length, 3)
})

/** What was begun is under way on this thread; nothing else is waited for. */
async function settled(isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo() && turns < 10_000; turns++) await new Promise((resolve) => setImmediate(resolve))
  assert.ok(isSo())
}
