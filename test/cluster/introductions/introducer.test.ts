import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import type { Card } from '../../../src/schemas/joining/card.ts'
import { createIdentityKey, sealBetween } from '../../../src/security/identity.ts'
import { join, request, type TestNode, until } from '../../daemon.ts'
import { signedPost, storedOf } from '../signed-post.ts'
import { introductionsOf, joinAll, knows, mesh, named, peersOf } from './world.ts'

/** A has B for a member, and B does with whom A introduces what `policy` says. */
async function pair(t: TestContext, policy = 'accept') {
  const [a, b] = [await named(t, 'a'), await named(t, 'b')]
  await join(a, b)
  await b.call('PUT', '/api/cluster/peers/a/introductions', { policy })
  await knows(b, 'a')
  const asA = await signedPost(t, { of: a, to: b })
  const invented = (at: number, facts: Partial<Card> = {}): Card => ({
    ...asA.card,
    ...{ node_id: crypto.randomUUID(), name: `x${at}`, urls: [`http://127.0.0.1:${9 + at}`] },
    ...{ identity: createIdentityKey().publicKey, ...facts }
  })
  const introduce = async (...cards: Card[]) => {
    const { status, body } = await asA.post('/api/cluster/introductions', { cards })
    return {
      status,
      code: body.code,
      results: body.results?.map((one: { state: string; code?: string }) => one.code ?? one.state)
    }
  }
  return { a, b, invented, introduce }
}

test('what a peer introduces waits for an operator unless its policy says otherwise, and can be refused for good', async (t) => {
  const { b, invented, introduce } = await pair(t, 'ask')
  const card = invented(1)
  assert.deepEqual((await introduce(card)).results, ['asked'])
  const [shown] = await introductionsOf(b)
  assert.deepEqual([shown.name, shown.introduced_by, shown.state], ['x1', 'a', 'offered'])
  const refused = await b.call('POST', `/api/cluster/introductions/${shown.id}/refuse`)
  assert.deepEqual([refused.body.state, refused.body.code], ['refused', 'removed_here'])
  assert.deepEqual((await introduce(card)).results, ['removed_here'], 'asked again it is not asked again')
  await b.call('PUT', '/api/cluster/peers/a/introductions', { policy: 'never' })
  assert.deepEqual((await introduce(invented(2))).results, ['introductions_off'])
})

test('of 300 invented servers one introducer gets 250 in, and then hears that it is too many', async (t) => {
  const { b, invented, introduce } = await pair(t, 'ask')
  const cards = Array.from({ length: 301 }, (_, at) => invented(at))
  const answers = []
  for (const from of [0, 100, 200, 300]) answers.push(await introduce(...cards.slice(from, from + 100)))
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 429]
  )
  const results = answers.flatMap(({ results = [] }) => results)
  assert.deepEqual(
    [results.filter((one) => one === 'asked').length, results.filter((one) => one === 'too_many_introductions').length],
    [250, 50]
  )
  assert.equal((await introductionsOf(b)).length, 250)
})

test('a name or node id that is another’s is shown, and nobody is dialled', async (t) => {
  const { a, b, invented, introduce } = await pair(t)
  const { body: self } = await b.call('GET', '/api/cluster/status')
  const { body: peer } = await b.call('GET', '/api/cluster/peers/a')
  const [own, theirs] = [
    invented(1, { node_id: self.node_id }),
    invented(2, { node_id: storedOf(b).members[0]?.nodeId ?? '' })
  ]
  const rivals = [invented(3), invented(3)].map((card) => ({ ...card, node_id: 'one-and-the-same' }))
  const { results } = await introduce(own, theirs, invented(4, { name: 'A' }), ...rivals)
  assert.deepEqual(results, [
    'identity_conflict',
    'identity_conflict',
    'name_conflict',
    'accepted',
    'identity_conflict'
  ])
  const shown = await introductionsOf(b)
  assert.ok(
    shown.every(({ state }: { state: string }) => state === 'refused'),
    'the first of two rivals is not dialled either'
  )
  assert.equal(b.daemon.events.since(0).filter(({ type }) => type === 'introduction.conflict').length, 5)
  assert.deepEqual(
    (await peersOf(b)).map(({ name }) => name),
    ['a']
  )
  assert.equal((await b.call('GET', '/api/cluster/peers/a')).body.fingerprint, peer.fingerprint)
  assert.equal((await peersOf(a)).length, 1)
})

test('an introduced server may do no more here than its introducer, and inherits what is done with whom it introduces', async (t) => {
  const door = await named(t, 'door')
  const [b, c] = [await named(t, 'b'), await named(t, 'c')]
  await joinAll(door, b)
  await b.call('PUT', '/api/cluster/peers/door/policy', { grants: [{ capability: 'fleet.read' }] })
  await joinAll(door, c)
  await mesh([door, b, c])
  const { body } = await b.call('GET', '/api/cluster/peers/c/policy')
  assert.deepEqual(body.grants, [{ capability: 'fleet.read' }])
  assert.equal((await b.call('GET', '/api/cluster/peers/c')).body.introductions, 'accept')
})

test('a server that was removed stays removed, whoever introduces it and however often', async (t) => {
  const door = await named(t, 'door')
  const [b, c] = [await named(t, 'b'), await named(t, 'c')]
  await joinAll(door, b)
  await joinAll(door, c)
  await mesh([door, b, c])
  await b.call('DELETE', '/api/cluster/peers/c')
  await until(async () => (await peersOf(c)).find(({ name }) => name === 'b')?.state === 'removed', 'c hearing of it')
  for (let time = 0; time < 20; time++) for (const node of [door, c]) await node.call('POST', '/api/cluster/introduce')
  await until(async () => {
    const sent = door.daemon.events.since(0).filter(({ type }) => type === 'introduction.sent')
    return sent.length > 2
  }, 'the door telling')
  assert.deepEqual(
    (await peersOf(b)).map(({ name }) => name),
    ['door']
  )
  assert.deepEqual(await introductionsOf(b), [])
  const exchange = await exchangeAs(c, b)
  assert.deepEqual([exchange.status, exchange.body.code], [403, 'removed_here'])

  await join(b, c)
  await mesh([door, b, c])
})

test('an invented server that waited until its node id was joined gets neither its place nor one beside it', async (t) => {
  const { b, invented, introduce } = await pair(t)
  const c = await named(t, 'c')
  const { node_id } = (await c.call('GET', '/api/cluster/status')).body
  const impostor = createIdentityKey()
  const card = invented(1, { node_id, identity: impostor.publicKey })
  assert.deepEqual((await introduce(card)).results, ['accepted'])
  await join(b, c)
  for (const name of ['c', 'c2']) {
    const { status, body } = await exchangeOf({ ...impostor, nodeId: node_id }, { url: card.urls[0] ?? '', name }, b)
    assert.deepEqual([status, body.code], [409, 'identity_conflict'])
  }
  assert.deepEqual((await peersOf(b)).map(({ name }) => name).sort(), ['a', 'c'])
  assert.equal((await peersOf(b)).find(({ name }) => name === 'c')?.url, c.url)
})

test('who was not introduced hears nothing but that, and who poses as somebody nothing else', async (t) => {
  const { a, b } = await pair(t)
  const stranger = createIdentityKey()
  const body = { v: 2, from: stranger.publicKey, enc: 'AAAA', ct: 'AAAA' }
  const ask = (sent: unknown) => request(`${b.url}/api/cluster/exchange`, { method: 'POST', body: sent })
  const posing = { ...body, from: storedOf(a).identity.publicKey }
  for (const sent of [body, posing]) {
    const { status, body: answer } = await ask(sent)
    assert.deepEqual([status, answer.code], [404, 'introduction_unknown'])
  }
  for (let more = 0; more < 20; more++) assert.equal((await ask(body)).status, 404, 'many may be at one address')
  assert.equal((await ask({ ...body, v: 3 })).status, 400)
})

test('an introducer that sits between two and passes on what they seal is found out', async (t) => {
  const [a, b, c] = [await named(t, 'a'), await named(t, 'b'), await named(t, 'c')]
  for (const one of [b, c]) {
    await join(a, one)
    await one.call('PUT', '/api/cluster/peers/a/introductions', { policy: 'accept' })
    await knows(a, one.name)
  }
  let passedOn = 0
  const between = createServer(async (asked, answer) => {
    const body = JSON.parse(await text(asked))
    const { status, text: said } = await request(c.url + asked.url, { method: 'POST', body })
    if (status === 200) passedOn++
    answer.writeHead(status, { 'content-type': 'application/json' }).end(said)
  })
  await once(between.listen(0, '127.0.0.1'), 'listening')
  t.after(() => between.close())
  const address = between.address()
  assert.ok(address && typeof address === 'object')

  const [toB, toC] = [await signedPost(t, { of: a, to: b }), await signedPost(t, { of: a, to: c })]
  const cardOf = (name: string) => storedOf(a).members.find((one) => one.name === name)?.card
  const introduce = (to: typeof toB, name: string, url: string) =>
    to.post('/api/cluster/introductions', { cards: [{ ...cardOf(name), urls: [url] }] })
  // C must not find the way by itself.
  await introduce(toC, 'b', 'http://127.0.0.1:9')
  await introduce(toB, 'c', `http://127.0.0.1:${address.port}`)
  const [shown] = await introductionsOf(b)
  await b.call('POST', `/api/cluster/introductions/${shown.id}/accept`)
  await until(async () => (await introductionsOf(b))[0]?.code === 'address_conflict', 'b finding it out')
  assert.ok(passedOn > 0)
  assert.deepEqual(
    (await peersOf(b)).map(({ name }) => name),
    ['a']
  )
})

/** The exchange that `from` itself would send to `to`. */
async function exchangeAs(from: TestNode, to: TestNode) {
  const { node_id: nodeId } = (await from.call('GET', '/api/cluster/status')).body
  return exchangeOf({ ...storedOf(from).identity, nodeId }, from, to)
}

async function exchangeOf(
  { nodeId: node_id, ...own }: { nodeId: string; publicKey: string; privateKey: string },
  { url, name }: { url: string; name: string },
  to: TestNode
) {
  const exchange_id = `${Date.now()}`.padStart(15, '0').concat('.', '0'.repeat(16))
  const content = { url, api_key: `${'k'.repeat(43)}=`, name, exchange_id, node_id, features: [], pins: [] }
  const sealed = await sealBetween(own, storedOf(to).identity.publicKey, {
    plain: JSON.stringify(content),
    purpose: 'POST /api/cluster/exchange'
  })
  return request(`${to.url}/api/cluster/exchange`, { method: 'POST', body: sealed.request })
}
