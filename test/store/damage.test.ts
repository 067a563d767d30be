import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { Fatal } from '../../src/errors/fatal.ts'
import { openStore } from '../../src/store/store.ts'
import { temporaryFolder } from '../daemon.ts'
import { SECRET } from './sample.ts'

const MEMBERS = ['web-1', 'web-2-renamed', 'web-4']
const FILES = ['cluster.db', 'cluster.db-wal', 'cluster.db-shm', 'node.json']
/** Bits in each file; DAMAGED_BITS asks for more. */
const BITS = Number(process.env.DAMAGED_BITS ?? 8)

/** The data path of a process that was killed while its newest changes were in the write-ahead log alone. */
async function killed(t: TestContext, script = 'victim.ts'): Promise<string> {
  const folder = temporaryFolder(t)
  const child = spawn(process.execPath, [path.join(import.meta.dirname, script), folder], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  return folder
}

/** What became of a start: who is in the store, or the code with which it was refused. */
async function outcome(folder: string): Promise<string> {
  try {
    const store = await openStore({ folder, secrets: [SECRET] })
    const members = store.members.all().map(({ name }) => name)
    const dead = store.isRevoked('digest-of-web-3')
    store.close()
    assert.ok(dead || !existsSync(path.join(folder, 'node.json')) || members.length > 0)
    return members.sort().join(' ')
  } catch (error) {
    if (error instanceof Fatal) return String(error.exitCode)
    throw error
  }
}

/** The shared memory is made anew by whoever looks; a lock says nothing. */
const bytesOf = (folder: string) =>
  readdirSync(folder)
    .filter((name) => !name.startsWith('lock') && !name.endsWith('-shm'))
    .map((name) => [name, readFileSync(path.join(folder, name)).toString('base64')])
    // Looking makes an empty log where there was none.
    .filter(([name, bytes]) => name !== 'cluster.db-wal' || bytes !== '')

interface Damage {
  what: string
  to(file: string): void
}

function damagesOf(file: string): Damage[] {
  const { length } = readFileSync(file)
  const at = (part: number) => Math.floor(length * part)
  const lengths = [...new Set([1, 12, 32, at(0.25), at(0.5), at(0.75), length - 4_096, length - 100, length - 1])]
  const places = [0, 8, 16, 18, 24, 60, 100, ...Array.from({ length: BITS }, (_, one) => at(one / BITS))]
  return [
    { what: 'is deleted', to: (copy) => rmSync(copy) },
    { what: 'is emptied', to: (copy) => truncateSync(copy) },
    { what: 'is filled with zeros', to: (copy) => writeFileSync(copy, Buffer.alloc(length)) },
    ...lengths
      .filter((size) => size > 0 && size < length)
      .map((size) => ({ what: `is cut to ${size} bytes`, to: (copy: string) => truncateSync(copy, size) })),
    ...[...new Set(places)]
      .filter((place) => place < length)
      .map((place) => ({ what: `has another bit at ${place}`, to: (copy: string) => flip(copy, place) }))
  ]
}

function flip(file: string, place: number): void {
  const bytes = readFileSync(file)
  bytes.writeUInt8(bytes.readUInt8(place) ^ (1 << (place % 8)), place)
  writeFileSync(file, bytes)
}

test('after a kill everything is there, and the newest of it in the write-ahead log alone', async (t) => {
  const folder = await killed(t)
  assert.equal(readFileSync(path.join(folder, 'cluster.db')).includes('web-4'), false)
  assert.equal(await outcome(folder), MEMBERS.join(' '))
})

for (const name of FILES) {
  test(`whatever happens to ${name} after a kill: all members, or a refusal that touches nothing`, async (t) => {
    const folder = await killed(t)
    const wrong: string[] = []
    for (const { what, to } of damagesOf(path.join(folder, name))) {
      const copy = path.join(temporaryFolder(t), 'copy')
      cpSync(folder, copy, { recursive: true })
      to(path.join(copy, name))
      const before = bytesOf(copy)
      const result = await outcome(copy).catch((error) => `${error}`)
      if (result === '74' || result === '78') {
        if (JSON.stringify(before) !== JSON.stringify(bytesOf(copy))) wrong.push(`${what}: ${result}, and was changed`)
      } else if (result !== MEMBERS.join(' ')) wrong.push(`${what}: ${result}`)
      rmSync(copy, { recursive: true })
    }
    assert.deepEqual(wrong, [])
  })
}
