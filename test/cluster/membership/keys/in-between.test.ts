import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rotationKey, sealRequest } from '../../../../src/security/sealing.ts'
import { signingKey } from '../../../../src/security/signatures.ts'
import { digest } from '../../../../src/security/tokens.ts'
import { BY_ITSELF, createPair, PEER } from './world.ts'

test('what a proxy in between answers decides nothing: both keys are kept until the other side is heard', async (t) => {
  const pair = await createPair(t)
  const previous = () => pair.a.members.get(PEER)?.credential.previous
  pair.answerStatusWith({ status: 502, text: '' })
  await assert.rejects(pair.ofA.renew(PEER, BY_ITSELF), { code: 'ROTATION_OPEN' })
  for (const status of [502, 401, 403]) {
    pair.answerStatusWith({ status, text: '<title>Sign in</title>' })
    await pair.ofA.tidy()
    assert.notEqual(previous(), undefined, String(status))
  }

  pair.answerStatusWith(undefined)
  await pair.ofA.tidy()
  assert.equal(previous(), undefined)
  assert.ok(pair.accepted(pair.presents()))
})

const SAYS_403 = { status: 403, text: '{"error":"Permission denied: cluster:read required"}' }
const SAYS_401 = { status: 401, text: '{"error":"Invalid or expired token"}' }

test('of a peer that signs its answers only a signed refusal of a right shows that it knows the new key', async (t) => {
  const pair = await createPair(t)
  const previous = () => pair.a.members.get(PEER)?.credential.previous
  await pair.a.members.change(PEER, (member) => ({ ...member, features: ['rotate', 'signed-answers'] }))
  pair.answerStatusWith(SAYS_403)
  await assert.rejects(pair.ofA.renew(PEER, BY_ITSELF), { code: 'ROTATION_OPEN' })
  assert.notEqual(previous(), undefined)

  pair.answerStatusWith({ ...SAYS_403, own: true })
  await pair.ofA.tidy()
  assert.equal(previous(), undefined)
  assert.notEqual(pair.presents(), pair.keys.a)
})

test('who refuses a new key in the place of the other side, which has taken it, parts nobody for good', async (t) => {
  const pair = await createPair(t)
  pair.answerStatusWith({ ...SAYS_401, afterAll: true })
  await assert.rejects(pair.ofA.renew(PEER, { mutual: false, atOnce: true }), { code: 'ROTATION_OPEN' })
  for (let minute = 0; minute < 3; minute++) await pair.ofA.tidy()
  assert.equal(pair.accepted(pair.keys.a), false)

  pair.answerStatusWith(undefined)
  for (let minute = 0; minute < 2; minute++) await pair.ofA.tidy()
  assert.ok(pair.accepted(pair.presents()))
  assert.equal(pair.a.members.get(PEER)?.credential.previous, undefined)
})

const PURPOSE = 'POST /api/cluster/rotate'
const FORGED = 'f'.repeat(44)
const forged = JSON.stringify({ api_key: FORGED, features: ['rotate-psk'] })

test('who stands between two servers on plain http cannot put a key of its own in the place of a new one', async (t) => {
  const pair = await createPair(t)
  await pair.ofA.renew(PEER, BY_ITSELF)
  const before = pair.presents()
  const wrong = rotationKey(signingKey('guessed'), digest(before))

  for (const forge of [
    async (key: string) => (await sealRequest(key, forged, PURPOSE)).request,
    async (key: string) => (await sealRequest(key, forged, PURPOSE, wrong)).request,
    async (key: string) => ({ ...(await sealRequest(key, forged, PURPOSE)).request, v: 2 }),
    async () => 'no sealed key'
  ]) {
    pair.forge(forge)
    await assert.rejects(pair.ofA.renew(PEER, BY_ITSELF), { code: 'PEER_BAD_ANSWER' })
    assert.equal(pair.presents(), before)
  }
  pair.forge(undefined)
  await pair.ofA.renew(PEER, BY_ITSELF)
  assert.ok(pair.accepted(pair.presents()))
  assert.notEqual(pair.presents(), before)
})
