import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createCertificate } from '../../src/security/certificates/certificate.ts'
import { temporaryFolder } from '../daemon.ts'

const source = (file: string) => JSON.stringify(path.join(import.meta.dirname, '..', '..', 'src', file))

/** Asks a peer in a process of its own, as the store of authorities is read once. */
const program = (url: string, before: string) => `
  import { createRemote } from ${source('remote/client.ts')}
  import { trustSystemAuthorities } from ${source('security/certificates/authorities.ts')}
  ${before}
  const remote = createRemote({ credentialOf: () => 'key', lookupGuard: () => true })
  const target = { id: 'a', url: ${JSON.stringify(url)}, transport: 'tls', pins: [] }
  const asked = remote.request(target, { path: '/api/health', deadlineMs: 30_000, maxBytes: 1_000 })
  console.log(await asked.then(({ status }) => status, (failure) => failure.class))
  remote.close()
`

test('a peer whose certificate an authority of the system signed is believed', async (t) => {
  const pair = createCertificate(['127.0.0.1'])
  const store = path.join(temporaryFolder(t), 'authorities.pem')
  writeFileSync(store, pair.cert)
  const server = https.createServer(pair, (_request, response) => response.end('{}')).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const env = { ...process.env, SSL_CERT_FILE: store }
  const ask = async (before: string) => {
    const words = ['--input-type=module', '--eval', program(url, before)]
    const { stdout } = await promisify(execFile)(process.execPath, words, { env })
    return stdout.trim()
  }
  assert.equal(await ask(''), 'tls')
  assert.equal(await ask('trustSystemAuthorities()'), '200')
})
