import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createSignedCallers } from '../../../src/cluster/access/signed-callers.ts'
import { keptOf } from '../../../src/cluster/membership/keys/signing-keys.ts'
import { createSigner } from '../../../src/security/signatures.ts'
import { credentialContext } from '../../../src/store/contexts.ts'
import { openStore } from '../../../src/store/store.ts'
import { temporaryFolder } from '../../daemon.ts'

const KEY = 'the-key-that-the-member-presents-here'
const ID = '3f0c5a52-7c6e-4a7d-9a0b-5d0f6c1e2b34'

/** A store with one member, and a clock that the test moves. */
async function world(t: TestContext) {
  const store = await openStore({ folder: temporaryFolder(t), secrets: ['a-secret-of-thirty-two-characters!'] })
  t.after(store.close)
  const { members, vault } = store
  const { digest, signing } = keptOf(vault, ID, KEY)
  const since = '2026-11-23T08:00:00.000Z'
  await members.put({
    ...{ id: ID, number: 1, name: 'web-2', url: 'http://192.0.2.20:8090', state: 'active', joinedAt: since },
    credential: { sealed: vault.seal('x', credentialContext(ID)), since },
    keyDigest: { current: digest },
    signing,
    grants: [],
    features: ['signed-requests'],
    transport: 'signed',
    pins: []
  })
  /** `ms` is what stands on the clock; time passes whatever somebody sets it to. */
  const clock = { ms: Date.parse(since), set: 0 }
  const now = () => clock.ms + clock.set
  const monotonic = () => clock.ms
  const copied: string[] = []
  const bound: string[] = []
  /** A start of the process that is asked. */
  const receiver = () =>
    createSignedCallers({
      ...{ members, vault, now, monotonic, onCopy: ({ name }) => copied.push(name) },
      onBound: ({ name }) => bound.push(name)
    })
  let identify = receiver()
  /** A process of the member; each call is a new request of it, for the start that it names. */
  const process = (aheadMs = 0) => {
    const sign = createSigner({ now: () => now() + aheadMs })
    return (to?: string) => {
      const headers = sign(KEY, { method: 'GET', path: '/api/health' }, to)
      const [signatureInput = '', signature = ''] = [headers['signature-input'], headers.signature]
      return identify({ method: 'GET', path: '/api/health', signatureInput, signature, contentDigest: undefined })
    }
  }
  const restart = () => {
    identify = receiver()
  }
  return { clock, copied, bound, process, restart, members }
}

test('a copy of a peer that runs beside it is refused, and told of once an hour', async (t) => {
  const { clock, copied, process } = await world(t)
  const [peer, copy] = [process(), process()]
  peer()
  clock.ms += 20_000
  copy()
  for (let turn = 0; turn < 30; turn++) {
    clock.ms += 30_000
    assert.equal(peer().member.name, 'web-2')
    assert.throws(() => copy(), /this data path is a copy of a node that is still running/)
  }
  assert.deepEqual(copied, ['web-2'])
})

test('a peer that was restarted is believed at once', async (t) => {
  const { clock, copied, process } = await world(t)
  for (let restart = 0; restart < 20; restart++) {
    const peer = process()
    assert.equal(peer().member.name, 'web-2')
    clock.ms += 2_000
    peer()
    clock.ms += 1_000
  }
  assert.deepEqual(copied, [])
})

test('the copy takes over when the first has ended', async (t) => {
  const { clock, process } = await world(t)
  const [peer, copy] = [process(), process()]
  peer()
  clock.ms += 1_000
  copy()
  clock.ms += 30_000
  peer()
  assert.throws(() => copy())
  clock.ms += 121_000
  assert.equal(copy().member.name, 'web-2')
})

test('a peer that is restarted after the clock here was set back is no copy of itself', async (t) => {
  const { clock, copied, process } = await world(t)
  const before = process()
  before()
  clock.set = -3_600_000
  clock.ms += 1_000
  const after = process()
  for (let turn = 0; turn < 5; turn++) {
    clock.ms += 30_000
    assert.equal(after().member.name, 'web-2')
  }
  assert.deepEqual(copied, [])
})

test('a signature of another time is refused for the clock, with how far it is off', async (t) => {
  const { process } = await world(t)
  assert.equal(process(-119_000)().member.name, 'web-2')
  for (const aheadMs of [-600_000, 600_000])
    assert.throws(() => process(aheadMs)(), { code: 'CLOCK_SKEW', statusCode: 401, message: /differ by 600 s/ })
})

test('a peer of a version that names no start is believed, until it names one', async (t) => {
  const { process, bound } = await world(t)
  const peer = process()
  const { boot, misdirected } = peer()
  assert.equal(misdirected, false)
  assert.equal(peer().misdirected, false)
  for (let turn = 0; turn < 2; turn++) assert.equal(peer(boot).misdirected, false)
  assert.deepEqual(bound, ['web-2'])
  assert.equal(peer().misdirected, true)
  assert.equal(peer('AAAAAAAAAAAA').misdirected, true)
})

test('after a restart only what is meant for the new start counts, of a peer that is known to name it', async (t) => {
  const { process, restart, members } = await world(t)
  const peer = process()
  const { boot } = peer()
  restart()
  assert.equal(peer(boot).misdirected, true)
  assert.equal(peer().misdirected, false)
  await members.change(ID, (member) => ({ ...member, features: [...member.features, 'bound-requests'] }))
  restart()
  const refused = peer()
  assert.equal(refused.misdirected, true)
  assert.equal(peer(refused.boot).misdirected, false)
})
