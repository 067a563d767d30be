import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { exchangeKey } from '../../../src/security/identity.ts'
import { credentialContext } from '../../../src/store/contexts.ts'
import { OPERATOR_KEY, type TestNode, until } from '../../daemon.ts'
import { freePort } from '../../proxies/servers.ts'
import { createWay } from '../reach/way.ts'
import { storedOf } from '../signed-post.ts'
import { createVictim } from '../victim.ts'
import { joinAll, named, peersOf } from './world.ts'

const skip = process.platform === 'linux' ? false : 'only Linux shows the memory of a process as a file'

test('no key of two that were introduced is in the memory of who introduced them, nor on any wire', {
  skip
}, async (t) => {
  const door = await heard(t, async (port, url) => {
    const victim = await createVictim(t, 'door', { port, env: { FLATRUN_CLUSTER__ADVERTISE_URL: url } })
    await victim.start()
    return victim
  })
  const [b, c] = [await heard(t, inside(t, 'b')), await heard(t, inside(t, 'c'))]
  const two = [b.node, c.node]
  for (const one of two) await joinAll(door.node, one)
  for (const one of two)
    await until(async () => {
      const peers = await peersOf(one)
      return peers.length === 2 && peers.every(({ state }) => state === 'online')
    }, `${one.name} knowing all`)
  await b.node.call('POST', '/api/cluster/peers/c/rotate')
  const keys = two.flatMap((one) => keysOf(one, 'door'))
  assert.ok(keys.length >= 4, `${keys.length} keys`)

  const found = inMemory(door.node.pid(), [OPERATOR_KEY, ...keys])
  assert.equal(found[0], true, 'what it does hold is found in this way')
  assert.deepEqual(
    found.slice(1),
    keys.map(() => false)
  )
  const wire = Buffer.concat([door, b, c].map(({ carried }) => carried()))
  assert.ok(wire.includes('/api/cluster/exchange'))
  for (const key of keys) assert.ok(!wire.includes(key), 'a key on the wire')
})

/** A node that others reach by a way on which all is heard. */
async function heard<Node>(t: TestContext, start: (port: number, url: string) => Promise<Node>) {
  const port = await freePort()
  const { url, carried } = await createWay(t, `http://127.0.0.1:${port}`)
  return { node: await start(port, url), carried }
}

const inside = (t: TestContext, name: string) => (port: number, url: string) =>
  named(t, name, { config: { 'api.port': port, 'cluster.advertise_url': url } })

/** The keys that it presents to whom it was introduced, also the first ones, which were changed since. */
function keysOf(node: TestNode, introducer: string): string[] {
  const { members, open, identity } = storedOf(node)
  return members.flatMap(({ id, name, card, exchangeId = '', credential: { sealed, previous } }) => {
    if (name === introducer || !card) return []
    const now = [sealed, ...(previous === undefined ? [] : [previous])]
    return [exchangeKey(identity, card.identity, exchangeId), ...now.map((text) => open(text, credentialContext(id)))]
  })
}

const CHUNK = 1 << 24

/** Which of the texts lie in the memory of a process. */
function inMemory(pid: number, texts: readonly string[]): boolean[] {
  const found = texts.map(() => false)
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  // A text that lies across two chunks is in the longer end of the first.
  const room = Buffer.alloc(CHUNK + 256)
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw.p (?!.*\[v)/.exec(line) ?? []
    const end = Number(`0x${to}`)
    for (let at = Number(`0x${from}`); at < end; at += CHUNK) {
      const chunk = room.subarray(0, Math.min(room.length, end - at))
      if (read(memory, chunk, at)) for (const [which, text] of texts.entries()) found[which] ||= chunk.includes(text)
    }
  }
  closeSync(memory)
  return found
}

/** What is given back to the system meanwhile cannot be read. */
function read(memory: number, chunk: Buffer, at: number): boolean {
  try {
    return readSync(memory, chunk, 0, chunk.length, at) > 0
  } catch {
    return false
  }
}
