import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { Member } from '../../src/schemas/peer.ts'
import { credentialContext, joinContext, privateKeyContext, signingContext } from '../../src/store/contexts.ts'
import { openStore } from '../../src/store/store.ts'
import { temporaryFolder } from '../daemon.ts'

const OLD = 'the-old-secret-the-old-secret-the-old'
const NEW = 'the-new-secret-the-new-secret-the-new'
const AT = '2026-01-01T00:00:00Z'

function member(id: string, sealed: string, signing: Record<string, string> = {}): Member {
  return {
    ...{
      id,
      number: 1,
      name: `node-${id}`,
      url: 'http://10.0.0.1',
      state: 'active',
      joinedAt: AT,
      transport: 'signed'
    },
    ...{
      credential: { sealed, since: AT },
      keyDigest: { current: `digest-of-${id}` },
      signing,
      grants: [],
      features: [],
      pins: []
    }
  }
}

test('what was written is there after a restart, found by id, name and key', async (t) => {
  const folder = temporaryFolder(t)
  const first = await openStore({ folder, secrets: [OLD] })
  await first.members.put(member('a', first.vault.seal('key', credentialContext('a'))))
  first.close()

  const again = await openStore({ folder, secrets: [OLD] })
  t.after(again.close)
  assert.equal(again.members.get('a')?.name, 'node-a')
  assert.equal(again.members.byName('NODE-A')?.id, 'a')
  assert.equal(again.members.byKeyDigest('digest-of-a')?.id, 'a')
  assert.equal(again.identity().nodeId, first.identity().nodeId)
})

test('a record that could not be read again is not written', async (t) => {
  const store = await openStore({ folder: temporaryFolder(t), secrets: [OLD] })
  t.after(store.close)
  const wrong = { ...member('a', 'sealed'), nodeId: 123 }

  // @ts-expect-error: what comes from outside may be anything
  await assert.rejects(store.members.put(wrong), /wrong shape/)
  assert.equal(store.members.get('a'), undefined)
  assert.equal(store.members.byName('node-a'), undefined)
})

test('a new secret in front of the old one takes over everything, and the old one can then go', async (t) => {
  const folder = temporaryFolder(t)
  const old = await openStore({ folder, secrets: [OLD] })
  const { vault } = old
  const [credential, signing] = [vault.seal('key', credentialContext('a')), vault.seal('signing', signingContext('a'))]
  await old.members.put(member('a', credential, { d: signing }))
  await old.invites.put({
    id: 'i',
    digest: 'd',
    createdAt: AT,
    expiresAt: AT,
    createdBy: 'x',
    privateKey: vault.seal('private', privateKeyContext('i'))
  })
  const join = { id: 'j', startedAt: AT, expiresAt: AT, urls: [], callbackUrl: '', keyDigest: '' }
  await old.journal.put({
    ...join,
    token: vault.seal('token', joinContext('j')),
    key: vault.seal('key', joinContext('j'))
  })
  const notice = {
    url: 'http://10.0.0.1',
    transport: 'signed' as const,
    pins: [],
    credential: vault.seal('gone', credentialContext('z'))
  }
  await old.departures.put({ id: 'z', name: 'node-z', removedAt: AT, removedBy: 'x', notice })
  old.close()

  const both = await openStore({ folder, secrets: [NEW, OLD] })
  both.close()
  const store = await openStore({ folder, secrets: [NEW] })
  t.after(store.close)

  const a = store.members.get('a')
  assert.equal(store.vault.open(a?.credential.sealed ?? '', credentialContext('a')), 'key')
  assert.equal(store.vault.open(a?.signing?.d ?? '', signingContext('a')), 'signing')
  assert.equal(store.vault.open(store.invites.get('i')?.privateKey ?? '', privateKeyContext('i')), 'private')
  assert.equal(store.vault.open(store.journal.get('j')?.token ?? '', joinContext('j')), 'token')
  assert.equal(store.vault.open(store.departures.get('z')?.notice?.credential ?? '', credentialContext('z')), 'gone')
})

test('two sealed keys that somebody swapped open for neither', async (t) => {
  const store = await openStore({ folder: temporaryFolder(t), secrets: [OLD] })
  t.after(store.close)
  const [a, b] = [store.vault.seal('key-a', credentialContext('a')), store.vault.seal('key-b', credentialContext('b'))]
  await store.members.put(member('a', b))
  await store.members.put(member('b', a))

  for (const { id, credential } of store.members.all()) {
    assert.throws(() => store.vault.open(credential.sealed, credentialContext(id)), /belongs to another record/)
  }
})

test('changes of one record at the same time never overwrite each other', async (t) => {
  const store = await openStore({ folder: temporaryFolder(t), secrets: [OLD] })
  t.after(store.close)
  await store.members.put(member('a', 'x'))

  await Promise.all(
    Array.from({ length: 50 }, (_, at) =>
      store.members.change('a', (now) => ({ ...now, features: [...now.features, `f${at}`] }))
    )
  )

  assert.equal(store.members.get('a')?.features.length, 50)
})

test('a write that fails changes nothing, and says so', async (t) => {
  const store = await openStore({ folder: temporaryFolder(t), secrets: [OLD] })
  await store.members.put(member('a', 'x'))
  store.close()

  await assert.rejects(store.members.put(member('b', 'x')), /cannot be written/)
  await assert.rejects(
    store.members.change('a', (now) => ({ ...now, name: 'other' })),
    /cannot be written/
  )
  assert.equal(store.members.get('b'), undefined)
  assert.equal(store.members.byName('other'), undefined)
  assert.equal(store.members.byName('node-a')?.id, 'a')
})

test('only its owner reads the files, and none of them holds a key', async (t) => {
  const folder = temporaryFolder(t)
  const store = await openStore({ folder: path.join(folder, 'data'), secrets: [OLD] })
  t.after(store.close)
  await store.members.put(member('a', store.vault.seal('canary-peer-key', credentialContext('a'))))

  assert.equal(statSync(path.join(folder, 'data')).mode & 0o777, 0o700)
  for (const name of readdirSync(path.join(folder, 'data'))) {
    const file = path.join(folder, 'data', name)
    assert.equal(statSync(file).mode & 0o077, 0, name)
    assert.equal(readFileSync(file).includes('canary-peer-key'), false, name)
  }
})

for (const [what, spoil, words] of [
  ['missing', (folder: string) => writeFileSync(path.join(folder, 'cluster.db'), ''), /missing or empty/],
  [
    'another program’s',
    (folder: string) =>
      writeFileSync(path.join(folder, 'cluster.db'), 'not a database at all, but long enough to be read as one'),
    /cannot be read|not a store/
  ],
  [
    'half overwritten',
    (folder: string) => {
      const file = path.join(folder, 'cluster.db')
      const bytes = readFileSync(file)
      writeFileSync(file, bytes.fill(0x41, Math.floor(bytes.length / 2)))
    },
    /corrupt|cannot be read|cannot be understood/
  ]
] as const) {
  test(`a store that is ${what} ends with 78 and is never taken for a new one`, async (t) => {
    const folder = temporaryFolder(t)
    const store = await openStore({ folder, secrets: [OLD] })
    for (let at = 0; at < 50; at++) await store.members.put(member(String(at), 'x'.repeat(400)))
    store.close()
    spoil(folder)
    const before = readFileSync(path.join(folder, 'cluster.db'))

    await assert.rejects(
      openStore({ folder, secrets: [OLD] }),
      (error: Error & { exitCode?: number }) => error.exitCode === 78 && words.test(error.message)
    )
    assert.ok(before.equals(readFileSync(path.join(folder, 'cluster.db'))))
  })
}
