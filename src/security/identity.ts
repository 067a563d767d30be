import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync
} from 'node:crypto'
import { createSuite } from './hpke/suite.ts'
import { derivedKey } from './keys.ts'
import {
  CannotSeal,
  CannotUnseal,
  decode,
  encode,
  openReply,
  type SealedReply,
  type SealingKey,
  type SharedKey,
  sealReply
} from './sealing.ts'

/** A sealed message between two identities; all fields base64url. */
export interface IdentityMessage {
  v: 2
  /** The sender's public key. */
  from: string
  enc: string
  ct: string
}

const INFO = Buffer.from('flatrun-cluster introduction v1')

/** A node's X25519 key pair, by which other nodes know it for ever. */
export function createIdentityKey(): SealingKey {
  const { publicKey, privateKey } = generateKeyPairSync('x25519')
  return {
    publicKey: publicKey.export({ format: 'jwk' }).x ?? '',
    privateKey: privateKey.export({ format: 'jwk' }).d ?? ''
  }
}

/** What two operators compare: 128 bits of the SHA-256 of a public key. */
export const fingerprintOf = (publicKey: string) =>
  createHash('sha256')
    .update(decode(publicKey))
    .digest('hex')
    .slice(0, 32)
    .replace(/(.{4})(?=.)/g, '$1-')

/** One name for the two of them, the same from both sides. */
export const pairOf = (one: string, other: string) =>
  createHash('sha256').update([one, other].sort().join('|')).digest('hex')

/**
 * Seals from one identity to another (HPKE PSK mode, RFC 9180 §5.1.2; the key that both know comes of their two pairs).
 * Who opens it knows who sealed it. @throws CannotSeal where the other key is none, such as all zeros.
 */
export async function sealBetween(
  own: SealingKey,
  other: string,
  { plain, purpose }: { plain: string; purpose: string }
) {
  try {
    const hpke = createSuite()
    const to = await hpke.DeserializePublicKey(decode(other))
    const shared = sharedKey(own, { from: own.publicKey, to: other, other })
    const { encapsulatedSecret, ctx } = await hpke.SetupSender(to, { info: INFO, ...shared })
    const ct = await ctx.Seal(Buffer.from(plain), Buffer.from(purpose))
    const exported = await ctx.Export(Buffer.from('reply'), 32)
    const request: IdentityMessage = { v: 2, from: own.publicKey, enc: encode(encapsulatedSecret), ct: encode(ct) }
    return {
      request,
      openReply: (reply: Pick<SealedReply, 'nonce' | 'ct'>) => openReply(exported, encapsulatedSecret, reply)
    }
  } catch (cause) {
    throw new CannotSeal('nothing can be sealed to this public key', { cause })
  }
}

/** @throws CannotUnseal where it is for somebody else, was changed, or is not of who it says. */
export async function openBetween(own: SealingKey, { from, enc, ct }: IdentityMessage, purpose: string) {
  try {
    const hpke = createSuite()
    const encapsulated = decode(enc)
    const pair = {
      publicKey: await hpke.DeserializePublicKey(decode(own.publicKey)),
      privateKey: await hpke.DeserializePrivateKey(decode(own.privateKey))
    }
    const shared = sharedKey(own, { from, to: own.publicKey, other: from })
    const ctx = await hpke.SetupRecipient(pair, encapsulated, { info: INFO, ...shared })
    const plain = Buffer.from(await ctx.Open(decode(ct), Buffer.from(purpose))).toString('utf8')
    const exported = await ctx.Export(Buffer.from('reply'), 32)
    return { plain, sealReply: (text: string) => ({ ...sealReply(exported, encapsulated, text), v: 2 as const }) }
  } catch (cause) {
    throw new CannotUnseal('the sealed message cannot be opened', { cause })
  }
}

/**
 * The key that `own` gives to the other in one exchange: the same however often that exchange is asked again, and of no
 * use to anybody who knows neither private key.
 */
export function exchangeKey(own: SealingKey, other: string, exchangeId: string): string {
  const info = Buffer.concat([Buffer.from('flatrun-cluster introduction key v1'), decode(other)])
  return `${encode(new Uint8Array(hkdfSync('sha256', decode(own.privateKey), exchangeId, info, 32)))}=`
}

/**
 * Digests that two identities make alike, and that mean nothing to anybody else: they compare what they know without
 * saying it, also where it could be guessed.
 */
export function pairDigests(own: SealingKey, other: string): (purpose: string, text: string) => string {
  const key = derivedKey(secretOf(own, other), 'flatrun-cluster pair digest v1')
  return (purpose, text) => createHmac('sha256', key).update(`${purpose}\n${text}`).digest('base64url')
}

function sharedKey(own: SealingKey, { from, to, other }: { from: string; to: string; other: string }): SharedKey {
  return {
    psk: new Uint8Array(hkdfSync('sha256', secretOf(own, other), '', 'flatrun-cluster introduction psk v1', 32)),
    pskId: Buffer.concat([decode(from), decode(to)])
  }
}

function secretOf(own: SealingKey, other: string): Buffer {
  const privateKey = createPrivateKey({
    key: { kty: 'OKP', crv: 'X25519', x: own.publicKey, d: own.privateKey },
    format: 'jwk'
  })
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: other }, format: 'jwk' })
  return diffieHellman({ privateKey, publicKey })
}
