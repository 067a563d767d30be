import assert from 'node:assert/strict'
import https from 'node:https'
import { type TestContext, test } from 'node:test'
import type { UpstreamFailure } from '../../src/schemas/upstream.ts'
import { createCertificate, pinOf } from '../../src/security/certificates/certificate.ts'
import { targetOf, world } from './world.ts'

const ASK = { path: '/api/health', deadlineMs: 5_000, maxBytes: 1 << 20 }

/** A peer with a certificate that nobody signed but itself. */
async function secured(t: TestContext) {
  const pair = createCertificate(['127.0.0.1'])
  const made = await world(t, {
    peer: { protocol: 'https', createServer: (listener) => https.createServer(pair, listener) }
  })
  return { ...made, pin: pinOf(pair.cert) }
}

test('a certificate that no authority signed is not believed: nothing is sent', async (t) => {
  const { peer, remote } = await secured(t)
  await assert.rejects(remote.request(targetOf(peer, { transport: 'tls' }), ASK), { class: 'tls' })
  assert.equal(peer.requests.length, 0)
})

test('a pinned key is believed, whoever signed it, and one of several pins is enough', async (t) => {
  const { peer, remote, pin } = await secured(t)
  const target = targetOf(peer, { transport: 'pinned', pins: ['another', pin] })
  for (let round = 0; round < 3; round++) assert.equal((await remote.request(target, ASK)).status, 200)
})

test('another key than the pinned one gets no request, by whatever way', async (t) => {
  const { peer, remote } = await secured(t)
  const target = targetOf(peer, { transport: 'pinned', pins: [pinOf(createCertificate(['127.0.0.1']).cert)] })
  await assert.rejects(remote.request(target, ASK), { class: 'tls' })
  await assert.rejects(remote.exchange(peer.url, ASK, target.pins), { class: 'tls' })
  const failure = await new Promise<UpstreamFailure>((resolve, reject) => {
    const passed = { method: 'GET', path: '/api/health', headers: [], headersTimeoutMs: 5_000 }
    remote.carry(target, passed, { start: reject, data: () => true, end() {}, fail: resolve })
  })
  assert.equal(failure.class, 'tls')
  assert.equal(peer.requests.length, 0)
})

test('when the pins change, connections to the old key end', async (t) => {
  const { peer, remote, pin } = await secured(t)
  await remote.request(targetOf(peer, { transport: 'pinned', pins: [pin] }), ASK)
  await assert.rejects(remote.request(targetOf(peer, { transport: 'pinned', pins: ['other'] }), ASK), { class: 'tls' })
  assert.equal(peer.requests.length, 1)
})

test('a peer that speaks no TLS where TLS is expected is a failure of class tls', async (t) => {
  const { peer, remote } = await world(t)
  const target = targetOf(peer, { transport: 'tls', url: peer.url.replace('http:', 'https:') })
  await assert.rejects(remote.request(target, ASK), { class: 'tls' })
})
