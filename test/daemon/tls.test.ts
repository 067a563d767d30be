import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createCertificate, isSelfSigned, pinOf } from '../../src/security/certificates/certificate.ts'
import { authorized, join, OPERATOR_KEY, sees, startNode, until } from '../daemon.ts'

const AUTO = { 'api.tls': { mode: 'auto' } }
// The test's own requests reach nodes whose certificates nobody vouches for.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'

test('two nodes on different TLS modes join by one pasted string, and the one with TLS is pinned', async (t) => {
  const secure = await startNode(t, { name: 'secure', config: AUTO })
  const plain = await startNode(t, { name: 'plain' })

  const reply = await join(secure, plain)

  assert.equal(reply.status, 200, reply.text)
  assert.match(reply.body.peer_url, /^https:/)
  assert.equal(reply.body.transport, 'pinned')
  await Promise.all([sees(secure, 'plain', 'online'), sees(plain, 'secure', 'online')])
  const { body } = await secure.call('GET', '/api/cluster/peers')
  assert.equal(body.peers[0].transport, 'signed')
})

test('a certificate of its own is made once, and is known by its key', async (t) => {
  const first = await startNode(t, { name: 'secure', config: AUTO })
  const file = path.join(first.folder, 'data', 'tls.crt')
  const made = readFileSync(file, 'utf8')
  await first.stop()
  const again = await startNode(t, { name: 'secure', folder: first.folder, config: AUTO })

  assert.equal(readFileSync(file, 'utf8'), made)
  assert.equal((await again.call('GET', '/api/cluster/status', undefined, authorized(OPERATOR_KEY))).status, 200)
})

test('another key at the same address gets no request and no key', async (t) => {
  const secure = await startNode(t, { name: 'secure', config: AUTO })
  const plain = await startNode(t, { name: 'plain' })
  await join(secure, plain)
  await sees(plain, 'secure', 'online')
  const port = Number(new URL(secure.url).port)
  await secure.stop()

  await startNode(t, { name: 'impostor', config: { ...AUTO, 'api.port': port } })

  // The first answer may be that of a check which began while nobody listened there.
  const told = await until(async () => {
    const { body } = await plain.call('POST', '/api/cluster/peers/secure/check')
    return body.evidence.at(-1).class === 'tls' && body
  }, 'the other key being noticed')
  assert.notEqual(told.state, 'online')
})

test('the certificate holds names and addresses, is signed by itself, and ends never', () => {
  const { cert } = createCertificate(['node-1', '10.0.0.1', '2001:db8::5'])
  const parsed = new X509Certificate(cert)

  assert.equal(parsed.subjectAltName, 'DNS:node-1, IP Address:10.0.0.1, IP Address:2001:DB8:0:0:0:0:0:5')
  assert.ok(isSelfSigned(cert))
  assert.equal(pinOf(cert).length, 43)
  assert.match(parsed.validTo, /9999/)
  assert.ok(parsed.verify(parsed.publicKey))
})
