import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { bits, bytes, explicit, implicit, integer, oid, sequence, set, time, utf8 } from './der.ts'

/** A certificate and its private key, PEM. */
export interface KeyPair {
  cert: string
  key: string
}

const DAY_MS = 24 * 3_600_000
/** RFC 5280 §4.1.2.5: "no well-defined expiration date". Peers know the key; a date could only break them one day. */
const FOR_EVER = new Date('9999-12-31T23:59:59Z')

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
const COMMON_NAME = '2.5.4.3'
const SUBJECT_ALT_NAME = '2.5.29.17'
const BASIC_CONSTRAINTS = '2.5.29.19'

/**
 * A self-signed certificate (X.509 v3, RFC 5280; P-256, ECDSA with SHA-256) for the host names and addresses of this
 * node. Peers know it by its public key and nothing else of it.
 */
export function createCertificate(hosts: readonly string[], now = Date.now()): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(oid(ECDSA_WITH_SHA256))
  const name = sequence(set(sequence(oid(COMMON_NAME), utf8('flatrun-cluster'))))
  const content = sequence(
    explicit(0, integer(Buffer.of(2))), // v3
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    algorithm,
    name,
    sequence(time(new Date(now - DAY_MS)), time(FOR_EVER)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    explicit(
      3,
      sequence(
        extension(BASIC_CONSTRAINTS, sequence()),
        extension(SUBJECT_ALT_NAME, sequence(...hosts.map(generalName)))
      )
    )
  )
  const certificate = sequence(content, algorithm, bits(sign('sha256', content, privateKey)))
  return { cert: pem('CERTIFICATE', certificate), key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() }
}

/** SHA-256 of the certificate's public key (SPKI), base64url. */
export function pinOf(cert: string): string {
  const spki = new X509Certificate(cert).publicKey.export({ format: 'der', type: 'spki' })
  return createHash('sha256').update(spki).digest('base64url')
}

/** Whether only its own key vouches for it, so that peers need a pin. */
export function isSelfSigned(cert: string): boolean {
  const parsed = new X509Certificate(cert)
  return parsed.checkIssued(parsed) && parsed.verify(parsed.publicKey)
}

/** Whether the two belong together. @throws when either cannot be read. */
export const belongTogether = ({ cert, key }: KeyPair) =>
  new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))

const extension = (id: string, value: Buffer) => sequence(oid(id), bytes(value))

/** RFC 5280 §4.2.1.6: dNSName is [2], iPAddress is [7]. */
function generalName(host: string): Buffer {
  return isIP(host) === 0 ? implicit(2, Buffer.from(host, 'ascii')) : implicit(7, packed(host))
}

/** An address as its 4 or 16 bytes. */
function packed(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail = ''] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const missing = 8 - groups(head).length - groups(tail).length
  const all = address.includes('::')
    ? [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail)]
    : groups(head)
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
