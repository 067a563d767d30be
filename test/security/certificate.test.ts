import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { createCertificate, pinOf } from '../../src/security/certificates/certificate.ts'
import { temporaryFolder } from '../daemon.ts'

/** The certificate that is written here byte by byte, as another implementation reads it. */
const skip = spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not installed'
const HOSTS = ['node-1', 'web.example.org', '10.0.0.7', 'fd00::1']
const NOW = Date.parse('2026-11-28T12:00:00Z')

test('openssl finds the names and addresses, the time and the key of a certificate', { skip }, (t) => {
  const { run } = written(t)
  const text = run('x509', '-in', 'node.crt', '-noout', '-text')

  assert.match(text, /Version: 3 \(0x2\)/)
  assert.match(text, /Signature Algorithm: ecdsa-with-SHA256/)
  assert.match(text, /NIST CURVE: P-256/)
  assert.match(text, /Not Before: Nov 27 12:00:00 2026 GMT/)
  assert.match(text, /Not After : Dec 31 23:59:59 9999 GMT/)
  assert.match(text, /DNS:node-1, DNS:web\.example\.org, IP Address:10\.0\.0\.7, IP Address:FD00:0:0:0:0:0:0:1/)
  for (const host of ['node-1', 'web.example.org'])
    assert.match(run('x509', '-in', 'node.crt', '-noout', '-checkhost', host), /does match/)
  assert.match(run('x509', '-in', 'node.crt', '-noout', '-checkip', '10.0.0.7'), /does match/)
  assert.match(run('x509', '-in', 'node.crt', '-noout', '-checkip', '10.0.0.8'), /does NOT match/)
})

test('openssl verifies it by itself, and by no other', { skip }, (t) => {
  const { folder, run } = written(t)
  writeFileSync(path.join(folder, 'other.crt'), createCertificate(HOSTS, NOW).cert)
  const at = ['-attime', String(NOW / 1_000)]

  assert.match(
    run('verify', ...at, '-x509_strict', '-check_ss_sig', '-CAfile', 'node.crt', 'node.crt'),
    /node\.crt: OK/
  )
  assert.throws(() => run('verify', ...at, '-CAfile', 'other.crt', 'node.crt'), /verification failed/)
})

test('the pin is the digest of the public key that openssl finds in it, which is that of the private one', {
  skip
}, (t) => {
  const { cert, folder, run } = written(t)
  const publicKey = run('x509', '-in', 'node.crt', '-noout', '-pubkey')
  writeFileSync(path.join(folder, 'public.pem'), publicKey)
  run('pkey', '-pubin', '-in', 'public.pem', '-outform', 'DER', '-out', 'public.der')
  const digest = run('dgst', '-sha256', '-r', 'public.der').slice(0, 64)

  assert.equal(Buffer.from(pinOf(cert), 'base64url').toString('hex'), digest)
  assert.equal(run('pkey', '-in', 'node.key', '-pubout'), publicKey)
})

function written(t: TestContext) {
  const folder = temporaryFolder(t)
  const { cert, key } = createCertificate(HOSTS, NOW)
  writeFileSync(path.join(folder, 'node.crt'), cert)
  writeFileSync(path.join(folder, 'node.key'), key)
  const openssl = (...words: string[]): string => {
    const { status, stdout, stderr } = spawnSync('openssl', words, { cwd: folder, encoding: 'utf8' })
    if (status !== 0) throw new Error(`openssl ${words.join(' ')}: ${stderr}`)
    return stdout
  }
  return { cert, folder, run: openssl }
}
