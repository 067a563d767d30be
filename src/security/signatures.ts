import { createHmac, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { derivedKey } from './keys.ts'
import { digest } from './tokens.ts'

/**
 * Requests between two of ours on plain http carry a signature and no key: HTTP Message Signatures (RFC 9421) with
 * hmac-sha256, over the method, the path with its query, and the digest of the body (RFC 9530) where it is known. What
 * a listener reads cannot be used again, nor for another request.
 */
export interface SignedParts {
  method: string
  /** From `/api` on: a proxy in front may take a prefix away. Signed in a form that proxies do not change. */
  path: string
  /** SHA-256 of the body, base64; absent where it is streamed. */
  bodyDigest?: string
}

export interface Signature {
  keyId: string
  /** Seconds since 1970, by the sender's clock. */
  created: number
  nonce: { boot: string; sequence: number }
  /** The start of the receiver that it is for; undefined where the sender knows of none. */
  to: string | undefined
  bodyDigest: string | undefined
}

/** By the digest of the key that they come from: hundreds of requests a second go to one peer. */
const signingKeys = new LRUCache<string, KeyObject>({ max: 2_000 })

/** The key of the signatures, from the key that was exchanged: who holds this one cannot make that one of it. */
export function signingKey(key: string, keyDigest = digest(key)): KeyObject {
  const known = signingKeys.get(keyDigest)
  if (known) return known
  const derived = derivedKey(key, 'flatrun-cluster request signature v1')
  signingKeys.set(keyDigest, derived)
  return derived
}

/** Names one start of a process, which remembers nothing of those before it. */
export const createBoot = () => randomBytes(9).toString('base64url')

/** Signs for many keys; the numbers that it gives out never repeat. `to` is the start of the receiver, where it is known. */
export function createSigner({ now = Date.now }: { now?: () => number } = {}) {
  const boot = createBoot()
  let sequence = 0

  return function sign(key: string, parts: SignedParts, to?: string): Record<string, string> {
    const keyId = digest(key)
    const signed = { ...parts, path: normalTarget(parts.path) }
    const nonce = `${boot}.${++sequence}`
    const params = `${covered(parts)};created=${Math.floor(now() / 1_000)};keyid="${keyId}";alg="hmac-sha256";nonce="${nonce}"${to === undefined ? '' : `;to="${to}"`}`
    const mac = createHmac('sha256', signingKey(key, keyId)).update(base(signed, params)).digest('base64')
    return {
      'signature-input': `flatrun=${params}`,
      signature: `flatrun=:${mac}:`,
      ...(parts.bodyDigest !== undefined && { 'content-digest': contentDigest(parts.bodyDigest) })
    }
  }
}

const INPUT =
  /^flatrun=(\((?:"@method" "@request-target"|"@method" "@request-target" "content-digest")\);created=(\d{1,12});keyid="([0-9a-f]{64})";alg="hmac-sha256";nonce="([\w-]{12})\.(\d{1,15})"(?:;to="([\w-]{12})")?)$/
const MAC = /^flatrun=:([A-Za-z0-9+/]{43}=):$/
const DIGEST = /^sha-256=:([A-Za-z0-9+/]{43}=):$/

interface Headers {
  signatureInput: string
  signature: string
  contentDigest: string | undefined
}

/** Reads the headers without believing them; undefined when they are not of this form. */
export function readSignature({ signatureInput, contentDigest: header }: Headers): Signature | undefined {
  const [, params, created, keyId, boot, sequence, to] = INPUT.exec(signatureInput) ?? []
  if (!params || !created || !keyId || !boot || !sequence) return undefined
  const coversBody = params.includes('"content-digest"')
  const bodyDigest = coversBody ? DIGEST.exec(header ?? '')?.[1] : undefined
  if (coversBody && bodyDigest === undefined) return undefined
  return { keyId, created: Number(created), nonce: { boot, sequence: Number(sequence) }, to, bodyDigest }
}

/** Whether the signature was made with this key for this request. Says nothing of when. */
export function verifySignature(key: KeyObject, parts: SignedParts, headers: Headers): boolean {
  const params = INPUT.exec(headers.signatureInput)?.[1]
  const mac = MAC.exec(headers.signature)?.[1]
  if (!params || !mac) return false
  const given = Buffer.from(mac, 'base64')
  const fits = (path: string) =>
    timingSafeEqual(
      createHmac('sha256', key)
        .update(base({ ...parts, path }, params))
        .digest(),
      given
    )
  const normal = normalTarget(parts.path)
  // Versions before this one signed what they sent, letter for letter.
  return fits(normal) || (normal !== parts.path && fits(parts.path))
}

const ESCAPES = /(?:%[0-9a-f]{2})+/gi
const UNRESERVED = /[^A-Za-z0-9\-._~/%]/g

/**
 * Path and query in the one way of writing them that sender and receiver come to alike, since nginx and Caddy may write
 * `%40` as `@` and the other way round: all escaped but unreserved letters (RFC 3986 §2.3), in capitals. What has a
 * meaning when it is escaped stays so: a slash, a percent sign, a dot. Proxies leave the query as it is.
 */
export function normalTarget(target: string): string {
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  if (PLAIN.test(path)) return target
  const normal = path
    .replace(UNRESERVED, (letters) => Buffer.from(letters, 'latin1').reduce((text, byte) => text + escaped(byte), ''))
    .replace(ESCAPES, (run) => run.replace(/%(..)/g, (_, hex) => normalByte(Number.parseInt(hex, 16))))
  return mark === -1 ? normal : normal + target.slice(mark)
}

const PLAIN = /^[A-Za-z0-9\-._~/]*$/
const escaped = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`

function normalByte(byte: number): string {
  const letter = String.fromCharCode(byte)
  return /[A-Za-z0-9\-_~]/.test(letter) ? letter : escaped(byte)
}

function covered({ bodyDigest }: SignedParts): string {
  return bodyDigest === undefined ? '("@method" "@request-target")' : '("@method" "@request-target" "content-digest")'
}

/** RFC 9421 §2.5. */
function base({ method, path, bodyDigest }: SignedParts, params: string): string {
  return [
    `"@method": ${method}`,
    `"@request-target": ${path}`,
    ...(bodyDigest === undefined ? [] : [`"content-digest": ${contentDigest(bodyDigest)}`]),
    `"@signature-params": ${params}`
  ].join('\n')
}

export const contentDigest = (digest: string) => `sha-256=:${digest}:`
