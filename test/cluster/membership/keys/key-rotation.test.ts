import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { createEventLog } from '../../../../src/cluster/events/event-log.ts'
import { createRotation } from '../../../../src/cluster/membership/keys/key-rotation.ts'
import { keptOf } from '../../../../src/cluster/membership/keys/signing-keys.ts'
import { DEFAULT_DEADLINES } from '../../../../src/remote/deadlines.ts'
import type { RotateRequest } from '../../../../src/schemas/joining/joining.ts'
import { createSealingKey, rotationKey, sealRequest } from '../../../../src/security/sealing.ts'
import { signingKey } from '../../../../src/security/signatures.ts'
import { digest, randomToken } from '../../../../src/security/tokens.ts'
import { credentialContext } from '../../../../src/store/contexts.ts'
import { openStore } from '../../../../src/store/store.ts'
import { temporaryFolder } from '../../../daemon.ts'

const DAY_MS = 24 * 3_600_000
const PEER = '7fff0000-0000-4000-8000-000000000000'
const BY_ITSELF = { mutual: false, atOnce: false }
const START = Date.parse('2026-01-01T00:00:00Z')

/** Two stores that know each other, and a wire between them that can lose answers. Time is a number. */
async function createPair(t: TestContext) {
  let now = START
  let lose: 'nothing' | 'answers' = 'nothing'
  let refuseNew = false
  let older = false
  let forge: ((publicKey: string) => Promise<unknown>) | undefined
  let answerOf: { status: number; text: string; own?: true; afterAll?: boolean } | undefined
  const keys = { a: randomToken(), b: randomToken() }
  const a = await openStore({ folder: temporaryFolder(t), secrets: ['a'.repeat(40)] })
  const folderOfB = temporaryFolder(t)
  const b = await openStore({ folder: folderOfB, secrets: ['b'.repeat(40)] })
  t.after(() => [a, b].map((store) => store.close()))
  // A presents keys.a to B, and B presents keys.b to A.
  for (const [store, presents, expects] of [
    [a, keys.a, keys.b],
    [b, keys.b, keys.a]
  ] as const) {
    const kept = keptOf(store.vault, PEER, expects)
    await store.members.put({
      ...{
        id: PEER,
        number: 1,
        name: 'node-x',
        url: 'http://10.0.0.1',
        state: 'active',
        joinedAt: new Date(START).toISOString()
      },
      credential: {
        sealed: store.vault.seal(presents, credentialContext(PEER)),
        since: new Date(START).toISOString()
      },
      ...{
        keyDigest: { current: kept.digest },
        signing: kept.signing,
        grants: [],
        features: ['rotate'],
        transport: 'signed',
        pins: []
      }
    })
  }
  const presentedBy = (store: typeof a) =>
    store.vault.open(store.members.get(PEER)?.credential.sealed ?? '', credentialContext(PEER))
  const common = {
    events: createEventLog(),
    now: () => now,
    monotonic: () => now,
    onFault: (error: unknown) => assert.fail(String(error))
  }

  const ofB = createRotation({
    ...common,
    store: b,
    remote: { deadlines: DEFAULT_DEADLINES, request: () => assert.fail('B asks nothing here') }
  })
  const ofA = createRotation({
    ...common,
    store: a,
    everyMs: 90 * DAY_MS,
    remote: {
      deadlines: DEFAULT_DEADLINES,
      async request(_, { path, body }) {
        const used = digest(presentedBy(a))
        const known = b.members.byKeyDigest(used) !== undefined && !(refuseNew && used !== digest(keys.a))
        if (path === '/api/cluster/status' && answerOf) {
          if (answerOf.afterAll) await ofB.promote(PEER, used)
          return { ...answerOf, headers: {} }
        }
        if (!known) return { status: 401, headers: {}, text: '{"error":"Invalid or expired token"}' }
        await ofB.promote(PEER, used)
        if (path === '/api/cluster/status') return { status: 200, headers: {}, text: '{}' }
        const asked = body as RotateRequest
        const { key, mutual } = asked
        const issued = await ofB.issue(
          { id: PEER, keyDigest: used },
          older ? { key, ...(mutual && { mutual }) } : asked
        )
        if (forge) return { status: 200, headers: {}, text: JSON.stringify(await forge(key)) }
        if (lose === 'answers') throw new Error('the answer was lost')
        return { status: 200, headers: {}, text: JSON.stringify(issued) }
      }
    }
  })
  return {
    a,
    b,
    folderOfB,
    ofA,
    ofB,
    keys,
    presents: () => presentedBy(a),
    accepted: (key: string) => b.members.byKeyDigest(digest(key)) !== undefined,
    pass: (ms: number) => {
      now += ms
    },
    loseAnswers: (yes: boolean) => {
      lose = yes ? 'answers' : 'nothing'
    },
    answerStatusWith: (answer: typeof answerOf) => {
      answerOf = answer
    },
    refuseNew: (yes: boolean) => {
      refuseNew = yes
    },
    /** B answers as the last version did. */
    makeOlder: (yes: boolean) => {
      older = yes
    },
    /** Somebody in between puts another answer in the place of B's. */
    forge: (how: typeof forge) => {
      forge = how
    }
  }
}

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
