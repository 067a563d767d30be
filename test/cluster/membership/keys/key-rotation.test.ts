import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { keptOf } from '../../../../src/cluster/membership/keys/signing-keys.ts'
import { createSealingKey } from '../../../../src/security/sealing.ts'
import { digest } from '../../../../src/security/tokens.ts'
import { credentialContext } from '../../../../src/store/contexts.ts'
import { BY_ITSELF, createPair, DAY_MS, PEER } from './world.ts'

test('a new key takes over, and the old one ends two minutes after its successor was first seen', async (t) => {
  const pair = await createPair(t)

  await pair.ofA.renew(PEER, BY_ITSELF)

  assert.notEqual(pair.presents(), pair.keys.a)
  assert.ok(pair.accepted(pair.presents()) && pair.accepted(pair.keys.a))
  await pair.ofB.tidy()
  assert.ok(pair.accepted(pair.keys.a))
  pair.pass(121_000)
  await pair.ofB.tidy()
  assert.equal(pair.accepted(pair.keys.a), false)
  assert.ok(pair.accepted(pair.presents()))
})

test('of keys that were changed often nothing is kept', async (t) => {
  const pair = await createPair(t)
  for (let round = 0; round < 5; round++) await pair.ofA.renew(PEER, BY_ITSELF)
  const { keyDigest, signing } = pair.b.members.get(PEER) ?? {}
  assert.deepEqual(Object.keys(signing ?? {}).sort(), [keyDigest?.current, keyDigest?.previous?.digest].sort())
})

test('a key to which nothing can be sealed is the fault of whoever sent it', async (t) => {
  const { ofB } = await createPair(t)
  await assert.rejects(ofB.issue({ id: PEER, keyDigest: 'x' }, { key: 'A'.repeat(43) }), { statusCode: 400 })
})

test('an answer that was lost changes nothing, and the next try does', async (t) => {
  const pair = await createPair(t)
  pair.loseAnswers(true)
  await assert.rejects(pair.ofA.renew(PEER, BY_ITSELF))
  assert.equal(pair.presents(), pair.keys.a)
  assert.ok(pair.accepted(pair.keys.a))

  pair.loseAnswers(false)
  await pair.ofA.renew(PEER, BY_ITSELF)
  assert.ok(pair.accepted(pair.presents()))
})

test('a new key that the other side does not take gives way to the old one', async (t) => {
  const pair = await createPair(t)
  pair.refuseNew(true)

  await assert.rejects(pair.ofA.renew(PEER, BY_ITSELF), { code: 'ROTATION_REFUSED' })

  assert.equal(pair.presents(), pair.keys.a)
  assert.equal(pair.a.members.get(PEER)?.credential.previous, undefined)
})

test('stopped between storing a new key and trying it, the next minute goes on', async (t) => {
  const pair = await createPair(t)
  const member = pair.a.members.get(PEER)
  assert.ok(member)
  const made = keptOf(pair.b.vault, PEER, 'n'.repeat(44))
  await pair.b.members.change(PEER, (now) => ({ ...now, keyDigest: { ...now.keyDigest, next: made.digest } }))
  await pair.a.members.put({
    ...member,
    credential: {
      sealed: pair.a.vault.seal('n'.repeat(44), credentialContext(PEER)),
      previous: member.credential.sealed,
      since: member.credential.since
    }
  })

  await pair.ofA.tidy()

  assert.equal(pair.presents(), 'n'.repeat(44))
  assert.equal(pair.a.members.get(PEER)?.credential.previous, undefined)
})

test('a key is changed by itself between half and four fifths of its life', async (t) => {
  const pair = await createPair(t)
  pair.pass(44 * DAY_MS)
  await pair.ofA.tidy()
  assert.equal(pair.presents(), pair.keys.a)

  pair.pass(29 * DAY_MS)
  await pair.ofA.tidy()
  assert.notEqual(pair.presents(), pair.keys.a)
})

test('a peer of the last version still changes keys, and is not taken for one that could do better', async (t) => {
  const pair = await createPair(t)
  pair.makeOlder(true)
  for (let round = 0; round < 2; round++) {
    const before = pair.presents()
    await pair.ofA.renew(PEER, BY_ITSELF)
    assert.notEqual(pair.presents(), before)
    assert.ok(pair.accepted(pair.presents()))
  }
  assert.deepEqual(pair.a.members.get(PEER)?.features, ['rotate'])

  pair.makeOlder(false)
  await pair.ofA.renew(PEER, BY_ITSELF)
  assert.ok(pair.a.members.get(PEER)?.features.includes('rotate-psk'))
})

test('an operator’s change of keys ends the old key with the first use of the new one', async (t) => {
  const pair = await createPair(t)

  await pair.ofA.renew(PEER, { mutual: false, atOnce: true })

  assert.equal(pair.accepted(pair.keys.a), false)
  assert.ok(pair.accepted(pair.presents()))
  const { keyDigest, signing } = pair.b.members.get(PEER) ?? {}
  assert.deepEqual(keyDigest, { current: digest(pair.presents()) })
  assert.deepEqual(Object.keys(signing ?? {}), [digest(pair.presents())])
})

test('a peer that changes keys without end is told to wait, and leaves nothing behind', async (t) => {
  const pair = await createPair(t)
  const size = () => readFileSync(path.join(pair.folderOfB, 'node.json')).length
  const before = size()
  const ask = () => pair.ofA.renew(PEER, BY_ITSELF)
  const of = { id: PEER, keyDigest: digest(pair.keys.a) }
  const { publicKey: key } = await createSealingKey()

  for (let round = 0; round < 60; round++) await pair.ofB.issue(of, { key })
  await assert.rejects(pair.ofB.issue(of, { key }), { code: 'TOO_MANY_ROTATIONS' })
  await pair.ofB.tidy()

  assert.equal(size(), before)
  assert.ok(Object.keys(pair.b.members.get(PEER)?.signing ?? {}).length <= 2)
  pair.pass(60_000)
  await ask()
})

test('a new key that cannot be tried is told as such, and both keys are kept', async (t) => {
  const pair = await createPair(t)
  pair.answerStatusWith({ status: 502, text: 'Bad Gateway' })

  await assert.rejects(pair.ofA.renew(PEER, BY_ITSELF), { statusCode: 502, code: 'ROTATION_OPEN' })
  assert.notEqual(pair.a.members.get(PEER)?.credential.previous, undefined)

  pair.answerStatusWith(undefined)
  await pair.ofA.tidy()
  assert.equal(pair.a.members.get(PEER)?.credential.previous, undefined)
  assert.ok(pair.accepted(pair.presents()))
})
