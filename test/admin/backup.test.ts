import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { pack, unpack } from '../../src/admin/backup/archive.ts'
import { backup } from '../../src/admin/backup/backup.ts'
import { restore } from '../../src/admin/backup/restore.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { folder } from '../config/world.ts'

const SECRETS = ['a-secret-of-thirty-two-characters!']
const NOW = new Date('2026-11-23T08:00:00Z')

async function node(t: TestContext) {
  const place = folder(t)
  const store = await openStore({ folder: place, secrets: SECRETS })
  writeFileSync(path.join(place, 'secret'), 'kept-secret\n', { mode: 0o600 })
  writeFileSync(path.join(place, 'admin.key'), 'kept-key\n', { mode: 0o600 })
  let open = true
  const close = () => {
    if (open) store.close()
    open = false
  }
  t.after(close)
  return { place, store, close, archive: path.join(folder(t), 'node.backup') }
}

const invite = (id: string) => ({
  id,
  digest: `digest of ${id}`,
  expiresAt: '2026-11-23T09:00:00.000Z',
  createdAt: '2026-11-23T08:00:00.000Z',
  createdBy: 'admin'
})

const put = (store: Store, id: string) => store.invites.put(invite(id))
const reopen = (place: string) => openStore({ folder: place, secrets: SECRETS })

test('a backup of a running node holds what was committed when it was made', async (t) => {
  const { place, store, archive, close } = await node(t)
  await put(store, 'one')
  backup(place, archive, NOW)
  await put(store, 'two')
  close()

  const other = folder(t)
  restore({ archive, folder: other, replace: false, now: NOW })
  const again = await reopen(other)
  t.after(() => again.close())
  assert.deepEqual(
    again.invites.all().map(({ id }) => id),
    ['one']
  )
  assert.equal(readFileSync(path.join(other, 'secret'), 'utf8'), 'kept-secret\n')
})

test('a restored node knows that it was restored, once', async (t) => {
  const { place, archive, close } = await node(t)
  backup(place, archive, NOW)
  close()
  restore({ archive, folder: place, replace: true, now: NOW })
  const first = await reopen(place)
  assert.equal(first.restored, true)
  first.close()
  const second = await reopen(place)
  assert.equal(second.restored, false)
  second.close()
})

test('a key that died after the backup stays dead after it is restored', async (t) => {
  const { place, store, archive, close } = await node(t)
  backup(place, archive, NOW)
  store.revoke(['digest-of-a-removed-peer'])
  close()
  restore({ archive, folder: place, replace: true, now: NOW })
  const again = await reopen(place)
  t.after(() => again.close())
  assert.equal(again.isRevoked('digest-of-a-removed-peer'), true)
})

test('what was there is put aside, not lost', async (t) => {
  const { place, store, archive, close } = await node(t)
  backup(place, archive, NOW)
  await put(store, 'after')
  close()
  const { aside } = restore({ archive, folder: place, replace: true, now: NOW })
  assert.ok(aside && existsSync(path.join(aside, 'cluster.db')))
  const old = await reopen(aside)
  t.after(() => old.close())
  assert.deepEqual(
    old.invites.all().map(({ id }) => id),
    ['after']
  )
})

test('a restore that broke off half way ends with 78 at the next start, not with a new node', async (t) => {
  const { place, archive, close } = await node(t)
  backup(place, archive, NOW)
  close()
  // A folder where a file is to go: the disk's refusal, in the middle of it.
  rmSync(path.join(place, 'secret'))
  mkdirSync(path.join(place, 'secret', 'in-the-way'), { recursive: true })
  assert.throws(() => restore({ archive, folder: place, replace: true, now: NOW }))
  await assert.rejects(reopen(place), { exitCode: 78, message: /is missing or empty.*Restore a backup/ })

  rmSync(path.join(place, 'secret'), { recursive: true })
  restore({ archive, folder: place, replace: true, now: new Date('2026-11-23T09:00:00Z') })
  const again = await reopen(place)
  assert.equal(again.restored, true)
  again.close()
})

test('a node is never overwritten without being asked to', async (t) => {
  const { place, archive, close } = await node(t)
  backup(place, archive, NOW)
  close()
  const before = snapshotOf(place)
  assert.throws(() => restore({ archive, folder: place, replace: false, now: NOW }), { exitCode: 73 })
  assert.deepEqual(snapshotOf(place), before)
})

test('nothing is restored under a running daemon', async (t) => {
  const { place, archive } = await node(t)
  backup(place, archive, NOW)
  assert.throws(() => restore({ archive, folder: place, replace: true, now: NOW }), {
    exitCode: 75,
    message: /^an agent runs on .*: systemctl stop flatrun-cluster$/
  })
})

test('a backup is never written over a file, and is its owner’s alone', async (t) => {
  const { place, archive } = await node(t)
  backup(place, archive, NOW)
  assert.equal(statSync(archive).mode & 0o777, 0o600)
  assert.throws(() => backup(place, archive, NOW), { exitCode: 73 })
})

test('a backup follows no link out of the data path, and waits for no pipe', async (t) => {
  const { place, archive } = await node(t)
  const elsewhere = path.join(folder(t), 'shadow')
  writeFileSync(elsewhere, 'of-another-place')
  symlinkSync(elsewhere, path.join(place, 'linked'))
  spawnSync('mkfifo', [path.join(place, 'pipe')])
  const { files } = backup(place, archive, NOW)
  assert.ok(files.includes('node.json'))
  assert.ok(!files.includes('linked') && !files.includes('pipe'), String(files))
  assert.ok(!gunzipSync(readFileSync(archive)).includes('of-another-place'))
})

test('a backup has its name when it is whole, and nothing is left beside it', async (t) => {
  const { place, archive } = await node(t)
  backup(place, archive, NOW)
  assert.deepEqual(readdirSync(path.dirname(archive)), [path.basename(archive)])
  assert.throws(() => backup(place, path.join(path.dirname(archive), 'none', 'x'), NOW), { exitCode: 73 })
})

test('a damaged backup changes nothing, wherever it is damaged', async (t) => {
  const { place, archive, close } = await node(t)
  backup(place, archive, NOW)
  close()
  const whole = readFileSync(archive)
  const files = unpack(gunzipSync(whole))
  const damaged: [string, Buffer][] = [
    ['cut', whole.subarray(0, whole.length / 2)],
    ['no archive', Buffer.from('hello')],
    [
      'no database',
      gzipSync(
        pack(
          files.filter(({ name }) => name !== 'cluster.db'),
          NOW
        )
      )
    ],
    [
      'another database',
      gzipSync(
        pack(
          files.map((file) => ({ ...file, content: Buffer.from('hello') })),
          NOW
        )
      )
    ],
    ['a file twice', gzipSync(pack([...files, ...files], NOW))]
  ]
  const other = folder(t)
  for (const [name, content] of damaged) {
    writeFileSync(archive, content)
    assert.throws(
      () => restore({ archive, folder: other, replace: true, now: NOW }),
      /nothing was changed|cannot be read|not a store/,
      name
    )
    assert.deepEqual(
      readdirSync(other).filter((file) => file !== 'lock'),
      [],
      name
    )
  }
})

test('the files of two nodes do not make one', async (t) => {
  const [first, second] = [await node(t), await node(t)]
  backup(first.place, first.archive, NOW)
  backup(second.place, second.archive, NOW)
  const [one, two] = [first, second].map(({ archive }) => unpack(gunzipSync(readFileSync(archive))))
  const mixed = one!.map((file) => (file.name === 'node.json' ? two!.find(({ name }) => name === 'node.json')! : file))
  writeFileSync(first.archive, gzipSync(pack(mixed, NOW)))
  assert.throws(() => restore({ archive: first.archive, folder: folder(t), replace: false, now: NOW }), /two nodes/)
})

test('an archive is a tar that other programs read, and only plain names come out', { skip: noTar() }, (t) => {
  const place = path.join(folder(t), 'a.tar')
  writeFileSync(
    place,
    pack(
      [
        { name: 'a.txt', content: Buffer.from('hello') },
        { name: 'b', content: Buffer.alloc(1024) }
      ],
      NOW
    )
  )
  assert.equal(spawnSync('tar', ['xOf', place, 'a.txt'], { encoding: 'utf8' }).stdout, 'hello')
  const evil = pack([{ name: 'x'.repeat(9), content: Buffer.from('') }], NOW)
  evil.write('../../etc', 0, 'latin1')
  assert.throws(() => unpack(evil), RangeError)
  const flipped = pack([{ name: 'a.txt', content: Buffer.from('hello') }], NOW)
  flipped.writeUInt8(flipped.readUInt8(104) ^ 1, 104)
  assert.throws(() => unpack(flipped), RangeError)
  appendFileSync(place, 'trailing')
  assert.equal(unpack(readFileSync(place)).length, 2)
})

function noTar() {
  return spawnSync('tar', ['--version']).status === 0 ? false : 'tar is not here'
}

function snapshotOf(place: string) {
  return readdirSync(place)
    .toSorted()
    .map((name) => [name, readFileSync(path.join(place, name)).toString('base64')])
}
