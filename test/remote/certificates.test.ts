import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createCertificateLook, type SeenCertificate } from '../../src/cluster/peers/certificate-look.ts'
import { createRemote } from '../../src/remote/client.ts'
import { keepLinks } from '../../src/remote/links/keeper.ts'
import type { PeerTarget } from '../../src/remote/target.ts'
import { pinOf } from '../../src/security/certificates/certificate.ts'
import { createIssuer, NO_OPENSSL } from '../issuer.ts'
import { movedClock, until } from './world.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ASK = { path: '/api/health', deadlineMs: 5_000, maxBytes: 4_096 }

/** A peer that cannot be dialled: it opens connections, over which its own TLS runs. Its certificate ends in ten days. */
async function linked(t: TestContext) {
  const { cert, key, issue } = createIssuer(t)
  issue(10)
  const pair = () => ({ cert: readFileSync(cert), key: readFileSync(key) })
  const server = https.createServer(pair(), (_, response) => void response.end('{}'))
  const time = movedClock()
  const seen = new Map<string, SeenCertificate>()
  const remote = createRemote({
    ...{ credentialOf: () => 'key-of-peer', lookupGuard: () => true },
    onCertificate: (id, endsAt) => void seen.set(id, { endsAt, seenAt: time.clock.now() })
  })
  const acceptor = net.createServer((socket) => remote.links.park('home', socket)).listen(0, '127.0.0.1')
  await once(acceptor, 'listening')
  const { port } = acceptor.address() as AddressInfo
  let opened = 0
  const keeper = keepLinks({
    serve: (socket) => server.emit('connection', socket),
    async dial() {
      opened += 1
      const socket = net.connect(port, '127.0.0.1')
      await once(socket, 'connect')
      return socket
    }
  })
  t.after(() => {
    keeper.stop({ all: true })
    remote.close()
    acceptor.close()
  })
  await until(() => remote.links.isLinked('home'))
  const target: PeerTarget = {
    ...{ id: 'home', url: 'https://127.0.0.1:9', via: 'links' },
    ...{ transport: 'pinned', pins: [pinOf(readFileSync(cert, 'utf8'))] }
  }
  const look = createCertificateLook({ seen, remote, targetOf: () => target, clock: time.clock })
  return {
    ask: () => remote.request(target, ASK),
    /** In how many days its certificate ends, by what is known. */
    ends: async () =>
      Math.round(((await look({ id: 'home', verdict: 'online' })) ?? Number.NaN) / DAY - Date.now() / DAY),
    advance: time.advance,
    opened: () => opened,
    renew() {
      issue(300)
      server.setSecureContext(pair())
    }
  }
}

test('when the certificate ends of a peer that dials us is known, and that it was renewed, while its connection stays', {
  skip: NO_OPENSSL
}, async (t) => {
  const { ask, ends, advance, renew, opened } = await linked(t)
  assert.equal((await ask()).status, 200)
  assert.equal(await ends(), 10)
  renew()
  const before = opened()
  for (let minutes = 0; minutes < 59; minutes++) {
    advance(60_000)
    await ask()
    assert.equal(await ends(), 10)
  }
  assert.equal(opened(), before, 'one connection carries all of it')
  advance(60_000)
  assert.equal(await ends(), 300)
  assert.equal((await ask()).status, 200, 'what was open goes on')
})
