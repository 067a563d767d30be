import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Tls } from '../config/config.ts'
import { Fatal } from '../errors/fatal.ts'
import {
  belongTogether,
  createCertificate,
  isSelfSigned,
  type KeyPair,
  pinOf
} from '../security/certificates/certificate.ts'
import { readOwnFile } from '../store/disk/ownership.ts'
import { writeWhole } from '../store/disk/whole-file.ts'

export interface ServedTls extends KeyPair {
  /** What peers must know it by; undefined where an authority vouches for it, whose next certificate has another key. */
  pin: string | undefined
}

/** The certificate that the API is served with; undefined on plain http. @throws Fatal 78 when it cannot be used. */
export function loadTls(
  tls: Tls,
  { dataPath, hosts }: { dataPath: string; hosts: readonly string[] }
): ServedTls | undefined {
  if (tls.mode === 'off') return undefined
  const pair =
    tls.mode === 'auto'
      ? ownPair(dataPath, hosts)
      : { cert: read('api.tls.cert', tls.cert), key: read('api.tls.key', tls.key) }
  try {
    if (belongTogether(pair)) return { ...pair, pin: isSelfSigned(pair.cert) ? pinOf(pair.cert) : undefined }
  } catch (cause) {
    throw new Fatal(78, 'the certificate or its key cannot be read; both must be PEM, the key without a passphrase', {
      cause
    })
  }
  throw new Fatal(78, 'the TLS key does not belong to the certificate')
}

/** Made once: peers pinned its key, so a new one would make strangers of us. */
function ownPair(dataPath: string, hosts: readonly string[]): KeyPair {
  const [certFile, keyFile] = [path.join(dataPath, 'tls.crt'), path.join(dataPath, 'tls.key')]
  if (existsSync(keyFile) !== existsSync(certFile)) {
    throw new Fatal(78, `${dataPath} holds only one of tls.key and tls.crt; restore both from a backup`)
  }
  if (!existsSync(keyFile)) {
    const { cert, key } = createCertificate([...new Set(hosts)])
    writeWhole(certFile, cert)
    writeWhole(keyFile, key)
  }
  return { cert: readFileSync(certFile, 'utf8'), key: readOwnFile(keyFile) }
}

function read(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Fatal(78, `${name}: ${file} cannot be read`, { cause })
  }
}
