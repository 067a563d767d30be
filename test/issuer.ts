import { execFileSync, spawnSync } from 'node:child_process'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryFolder } from './daemon.ts'

export const NO_OPENSSL = spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not installed'

/** Certificates for 127.0.0.1 of one key, each of which ends when the test likes. */
export function createIssuer(t: TestContext) {
  const folder = temporaryFolder(t)
  const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')]
  const openssl = (...words: string[]) => execFileSync('openssl', words, { stdio: 'ignore' })
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', key)
  const issue = (days: number) =>
    openssl(
      ...['req', '-x509', '-new', '-key', key, '-days', String(days), '-subj', '/CN=localhost', '-out', cert],
      ...['-addext', 'subjectAltName=IP:127.0.0.1']
    )
  return { folder, cert, key, issue }
}
