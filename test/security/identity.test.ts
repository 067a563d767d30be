import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createIdentityKey,
  exchangeKey,
  fingerprintOf,
  type IdentityMessage,
  openBetween,
  pairOf,
  sealBetween
} from '../../src/security/identity.ts'
import { CannotSeal, CannotUnseal } from '../../src/security/sealing.ts'

const purpose = 'POST /api/cluster/exchange'

test('what one identity seals to another opens there, and its answer opens here', async () => {
  const [b, c] = [createIdentityKey(), createIdentityKey()]
  const sealed = await sealBetween(c, b.publicKey, { plain: 'content', purpose })
  assert.equal(sealed.request.from, c.publicKey)

  const opened = await openBetween(b, sealed.request, purpose)
  assert.equal(opened.plain, 'content')
  const reply = opened.sealReply('answer')
  assert.deepEqual([reply.v, sealed.openReply(reply)], [2, 'answer'])
})

test('nobody else opens it, nobody poses as the sender, and nothing of it may be changed', async () => {
  const [a, b, c] = [createIdentityKey(), createIdentityKey(), createIdentityKey()]
  const { request } = await sealBetween(c, b.publicKey, { plain: 'content', purpose })
  const posing: IdentityMessage = {
    ...(await sealBetween(a, b.publicKey, { plain: 'content', purpose })).request,
    from: c.publicKey
  }
  const other = createIdentityKey().publicKey
  const refused: [string, () => Promise<unknown>][] = [
    ['the introducer opens it', () => openBetween(a, request, purpose)],
    ['somebody says he is the sender', () => openBetween(b, posing, purpose)],
    ['for another purpose', () => openBetween(b, request, 'POST /api/cluster/rotate')],
    ['cut', () => openBetween(b, { ...request, ct: request.ct.slice(4) }, purpose)],
    ['no key', () => openBetween(b, { ...request, from: 'A'.repeat(43) }, purpose)],
    ['another sender', () => openBetween(b, { ...request, from: other }, purpose)]
  ]
  for (const [what, attempt] of refused) await assert.rejects(attempt, CannotUnseal, what)
})

test('nothing is sealed to a key of zeros', async () => {
  await assert.rejects(sealBetween(createIdentityKey(), 'A'.repeat(43), { plain: 'x', purpose }), CannotSeal)
})

test('the key of one exchange is the same each time, and another one for each exchange, receiver and giver', () => {
  const [own, other] = [createIdentityKey(), createIdentityKey()]
  const key = exchangeKey(own, other.publicKey, 'x1')
  assert.match(key, /^[\w-]{43}=$/)
  assert.equal(exchangeKey(own, other.publicKey, 'x1'), key)
  const others = [
    exchangeKey(own, other.publicKey, 'x2'),
    exchangeKey(own, own.publicKey, 'x1'),
    exchangeKey(other, other.publicKey, 'x1')
  ]
  assert.equal(new Set([key, ...others]).size, 4)
})

test('a fingerprint is eight groups that people can read out, and two servers have one name from both sides', () => {
  const [one, other] = [createIdentityKey().publicKey, createIdentityKey().publicKey]
  assert.match(fingerprintOf(one), /^[0-9a-f]{4}(-[0-9a-f]{4}){7}$/)
  assert.notEqual(fingerprintOf(one), fingerprintOf(other))
  assert.equal(pairOf(one, other), pairOf(other, one))
})
