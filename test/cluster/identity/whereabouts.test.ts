import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createPlaces } from '../../../src/cluster/identity/places.ts'
import { createWhereabouts } from '../../../src/cluster/identity/whereabouts.ts'
import { createRemote } from '../../../src/remote/client.ts'
import type { PeerHealth } from '../../../src/schemas/health.ts'
import type { Card } from '../../../src/schemas/joining/card.ts'
import type { Member, Transport } from '../../../src/schemas/peer.ts'
import { createSigner } from '../../../src/security/signatures.ts'

const KEY = 'the-key-of-this-pair-0123456789'
const AT = '2026-01-01T00:00:00.000Z'
const cardOf = (name: string, seq: number, url: string): Card => ({
  ...{ node_id: `node-${name}`, name, urls: [url], identity: 'x'.repeat(43), pins: [], tags: [], seq },
  ...{ features: ['signed-requests', 'signed-answers'], reach: 'direct' }
})

/** A member that is lost, others of whom each says that it is at `url`, and what came of it. */
function world(t: TestContext, { url, transport, others = 1 }: { url: string; transport: Transport; others?: number }) {
  const signer = createSigner()
  const remote = createRemote({
    ...{ credentialOf: () => KEY, lookupGuard: () => true },
    sign: (_, { method, path, bodyDigest }) => signer(KEY, { method, path, ...(bodyDigest && { bodyDigest }) })
  })
  t.after(remote.close)
  const taken: Card[] = []
  const asked: string[] = []
  const moment = { now: 0 }
  const seen = Array.from({ length: others }, (_, at) => ({ id: `w${at}`, verdict: 'online', features: ['opinions'] }))
  const { find } = createWhereabouts({
    cluster: { peers: () => seen as unknown as PeerHealth[], onChange: () => () => {}, onLeft: () => () => {} },
    places: createPlaces({
      ...{ remote, allowInsecure: 'private' },
      self: { dialPolicy: () => ({ loopback: true }), isOwnUrl: async () => false }
    }),
    cards: { take: async (_, card) => void taken.push(card), own: async () => cardOf('own', 1, 'http://127.0.0.1:9') },
    ask: async (witness) => {
      asked.push(witness)
      return { opinion: 'up', url }
    },
    now: () => moment.now
  })
  const known = transport === 'signed' ? 'http://127.0.0.1:9' : 'https://c.test'
  const card = cardOf('c', 1, known)
  const member: Member = {
    ...{ id: 'c', number: 1, name: 'c', url: known, state: 'active', joinedAt: AT, grants: [], pins: [], card },
    ...{ credential: { sealed: '', since: AT }, keyDigest: { current: 'digest' }, transport },
    ...{ features: card.features, nodeId: card.node_id }
  }
  return { taken, asked, moment, find: () => find(member) }
}

/** Answers everything with that card, as whoever sits there would. */
async function liar(t: TestContext, card: Card) {
  const came: IncomingMessage['headers'][] = []
  const server = createServer((request, response) => {
    came.push(request.headers)
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(JSON.stringify(card)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { came, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('an address that another member names is asked without the key, and what is not signed there changes nothing', async (t) => {
  const { came, url } = await liar(t, cardOf('c', 9, 'http://127.0.0.1:9'))
  const { find, taken } = world(t, { url, transport: 'signed' })
  await find()
  assert.equal(came.length, 1)
  assert.equal(came[0]?.authorization, undefined)
  assert.ok(came[0]?.signature)
  assert.deepEqual(taken, [])
})

test('a member that is known by its certificate is not looked for where there is none', async (t) => {
  const { came, url } = await liar(t, cardOf('c', 9, 'http://127.0.0.1:9'))
  const { find, taken } = world(t, { url, transport: 'tls' })
  await find()
  assert.deepEqual([came, taken], [[], []])
})

test('of many that are there three are asked, and again after as long as it has been lost', async (t) => {
  const { find, asked, moment } = world(t, { url: 'http://127.0.0.1:9', transport: 'signed', others: 20 })
  const looks = [0, 30, 60, 90, 120, 180, 240, 420, 480, 900, 960, 1_500, 1_560]
  const times: number[] = []
  for (const second of looks) {
    moment.now = second * 1_000
    const before = asked.length
    await find()
    if (asked.length > before) times.push(second)
  }
  assert.equal(asked.length, 3 * times.length)
  assert.deepEqual(times, [0, 60, 120, 240, 480, 960, 1_560])
})
