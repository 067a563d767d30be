import assert from 'node:assert/strict'
import net from 'node:net'
import { test } from 'node:test'
import { RemoteFailure } from '../../src/remote/failure.ts'
import { type Behaviour, misbehave } from '../fake-peer.ts'
import { movedClock, targetOf, until, world } from './world.ts'

const ASK = { path: '/api/deployments', deadlineMs: 5_000, maxBytes: 1 << 20 }

const MISBEHAVIOURS: [keyof typeof misbehave, string][] = [
  ['reset', 'reset'],
  ['close', 'reset'],
  ['garbage', 'http'],
  ['truncated', 'reset'],
  ['redirect', 'http'],
  ['bomb', 'http'],
  ['huge', 'too_large']
]

for (const [kind, expected] of MISBEHAVIOURS) {
  test(`a peer that does "${kind}" gives a failure of class ${expected}`, async (t) => {
    const { peer, remote, target } = await world(t)
    peer.on('/api/deployments', misbehave[kind])
    await rejects(remote.request(target, ASK), expected, peer.url)
  })
}

for (const kind of ['hang', 'drip', 'processing'] as const) {
  test(`a peer that does "${kind}" is given up at the deadline`, async (t) => {
    const { clock, advance } = movedClock()
    const { peer, remote, target } = await world(t, { clock })
    let closed = false
    const behaviour: Behaviour = misbehave[kind]
    peer.on('/api/deployments', (request, response) => {
      response.on('close', () => {
        closed = true
      })
      behaviour(request, response)
    })
    const asked = rejects(remote.request(target, ASK), 'timeout', peer.url)
    await until(() => peer.requests.length === 1)
    advance(4_999)
    advance(1)
    await asked
    await until(() => closed)
  })
}

test('a deadline that comes late because this process was stalled leaves time to read what has come', async (t) => {
  const { clock, advance } = movedClock()
  const { peer, remote, target } = await world(t, { clock })
  peer.on('/api/deployments', (_request, response) => setImmediate(() => response.end('{}')))
  const asked = remote.request(target, ASK)
  advance(60_000)
  assert.equal((await asked).text, '{}')
})

test('a refused connection is a failure that names no address', async (t) => {
  const { peer, remote } = await world(t)
  const free = net.createServer().listen(0, '127.0.0.1')
  await until(() => free.listening)
  const { port } = free.address() as net.AddressInfo
  await new Promise((resolve) => free.close(resolve))
  const target = targetOf(peer, { id: 'gone', url: `http://127.0.0.1:${port}` })
  await rejects(remote.request(target, ASK), 'refused', String(port))
})

test('a name that cannot be resolved is a failure of class dns', async (t) => {
  const { peer, remote } = await world(t)
  await rejects(remote.request(targetOf(peer, { url: 'http://peer.invalid:1' }), ASK), 'dns', 'peer.invalid')
})

test('the caller who leaves ends the request at the peer too', async (t) => {
  const { peer, remote, target } = await world(t)
  let closed = false
  peer.on('/api/deployments', (_request, response) => response.on('close', () => (closed = true)))
  const leaving = new AbortController()
  const asked = rejects(remote.request(target, { ...ASK, signal: leaving.signal }), 'aborted', peer.url)
  await until(() => peer.requests.length === 1)
  leaving.abort()
  await asked
  await until(() => closed)
})

async function rejects(asked: Promise<unknown>, kind: string, hidden: string) {
  await assert.rejects(asked, (error: unknown) => {
    assert.ok(error instanceof RemoteFailure, String(error))
    assert.equal(error.class, kind)
    assert.ok(!error.message.includes(hidden), error.message)
    return true
  })
}
