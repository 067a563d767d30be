import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import tls from 'node:tls'
import pino from 'pino'
import { ConfigFaults, loadConfig } from '../../src/config/config.ts'
import { watchCertificate } from '../../src/daemon/certificate.ts'
import { startDaemon } from '../../src/daemon/daemon.ts'
import { startLifecycle } from '../../src/daemon/lifecycle.ts'
import { createCertificate } from '../../src/security/certificates/certificate.ts'
import { temporaryFolder, until } from '../daemon.ts'

/** An agent with a certificate from files, as the process runs it. */
async function agent(t: TestContext) {
  const folder = temporaryFolder(t)
  const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')]
  const renew = () => {
    const pair = createCertificate(['localhost'])
    writeFileSync(cert, pair.cert)
    writeFileSync(key, pair.key)
    return new X509Certificate(pair.cert).fingerprint256
  }
  const first = renew()
  const flags = {
    deployments_path: folder,
    data_path: path.join(folder, 'data'),
    docker_socket: '',
    'api.port': 0,
    'api.tls': { mode: 'files', cert, key }
  }
  const load = () => loadConfig({ env: {}, flags })
  const said: string[] = []
  const log = pino({ level: 'info' }, { write: (line) => void said.push(line) })
  const lifecycle = await startLifecycle({
    ...{ config: load(), load, log },
    setLogging: async () => {},
    start: (config) => startDaemon({ config, log }),
    onStart: () => {}
  })
  t.after(lifecycle.close)
  const served = async () => {
    const port = Number(new URL(lifecycle.daemon().url).port)
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { fingerprint256 } = socket.getPeerCertificate()
    socket.destroy()
    return fingerprint256
  }
  return { lifecycle, cert, key, renew, first, served, load, said }
}

test('a certificate that was renewed in place is served after a reload, and open connections stay', async (t) => {
  const { lifecycle, renew, first, served, said } = await agent(t)
  assert.equal(await served(), first)
  const { daemon } = lifecycle
  const before = daemon()
  const second = renew()
  assert.equal(await lifecycle.reload(), true)
  assert.equal(await served(), second)
  assert.equal(daemon(), before)
  assert.match(said.join(''), /"changed":\["api\.tls\.cert"\]/)
})

test('a broken certificate is refused loudly, and the old one goes on serving', async (t) => {
  const { lifecycle, cert, key, first, served, load, said } = await agent(t)
  for (const [file, text, fault] of [
    [cert, 'no certificate', /api\.tls\.cert: the certificate or its key cannot be read/],
    [cert, createCertificate(['localhost']).cert, /api\.tls\.key: the key does not belong to the certificate/],
    [key, '', /api\.tls/]
  ] as const) {
    writeFileSync(file, text)
    assert.equal(await lifecycle.reload(), false)
    assert.match(said.at(-1) ?? '', fault)
    assert.throws(load, (error) => error instanceof ConfigFaults && fault.test(error.message))
    assert.equal(await served(), first)
  }
  rmSync(cert)
  assert.equal(await lifecycle.reload(), false)
  assert.match(said.at(-1) ?? '', /api\.tls\.cert: the file cannot be read: no such file/)
  assert.equal(await served(), first)
})

for (const [how, renew] of [
  ['written in place', (file: string) => writeFileSync(file, 'a longer second one')],
  [
    'renamed to its place',
    (file: string) => {
      writeFileSync(`${file}.next`, 'other')
      renameSync(`${file}.next`, file)
    }
  ],
  [
    'linked to from its place, as certbot does',
    (file: string) => {
      const archive = path.join(path.dirname(file), 'archive')
      mkdirSync(archive)
      writeFileSync(path.join(archive, 'cert2.pem'), 'other')
      symlinkSync(path.join(archive, 'cert2.pem'), `${file}.link`)
      renameSync(`${file}.link`, file)
    }
  ]
] as const)
  test(`a certificate that is ${how} is noticed`, async (t) => {
    const cert = path.join(temporaryFolder(t), 'cert.pem')
    writeFileSync(cert, 'first')
    let noticed = 0
    const unwatch = watchCertificate({ mode: 'files', cert, key: cert }, () => noticed++, 20)
    t.after(unwatch)
    renew(cert)
    await until(() => noticed > 0, 'noticing')
  })
