import { createCipheriv, createDecipheriv, createHash, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { createSuite } from './hpke/suite.ts'

/** A sealed message on the wire; all fields base64url. `kid` names the one-time key that opens it. */
export interface SealedRequest {
  /** 1: HPKE base mode. 2: PSK mode, so that only who knows a key of both could have made it. */
  v: 1 | 2
  kid: string
  enc: string
  ct: string
}
export interface SealedReply {
  v: 1
  nonce: string
  ct: string
}

/** The message was not made for this key, or was changed on the way. */
export class CannotUnseal extends Error {
  override name = 'CannotUnseal'
}

/** The public key is one that nothing may be sealed to, such as all zeros. */
export class CannotSeal extends Error {
  override name = 'CannotSeal'
}

const INFO = Buffer.from('flatrun-cluster exchange v1')

/** A one-time X25519 key pair, both halves base64url. */
export interface SealingKey {
  publicKey: string
  privateKey: string
}

export async function createSealingKey(): Promise<SealingKey> {
  const hpke = createSuite()
  const pair = await hpke.GenerateKeyPair(true)
  const [publicKey, privateKey] = await Promise.all([
    hpke.SerializePublicKey(pair.publicKey),
    hpke.SerializePrivateKey(pair.privateKey)
  ])
  return { publicKey: encode(publicKey), privateKey: encode(privateKey) }
}

/** Names a public key without being it: the first 16 bytes of its SHA-256. */
export const sealingKeyId = (publicKey: string) =>
  createHash('sha256').update(`flatrun-cluster kid ${publicKey}`).digest().subarray(0, 16).toString('base64url')

/**
 * Seals a request to a public key (HPKE base mode, RFC 9180) and opens the reply that comes back to the same context
 * (as RFC 9458 §4.4 does: a key exported from the context, salted with a fresh nonce). @throws CannotSeal
 */
export async function sealRequest(publicKey: string, plain: string, purpose: string, shared?: SharedKey) {
  const hpke = createSuite()
  const kid = sealingKeyId(publicKey)
  const { encapsulatedSecret, ctx } = await setUp(hpke, publicKey, shared)
  const ct = await ctx.Seal(Buffer.from(plain), associated(purpose, kid))
  const exported = await ctx.Export(Buffer.from('reply'), 32)
  const request: SealedRequest = { v: shared ? 2 : 1, kid, enc: encode(encapsulatedSecret), ct: encode(ct) }
  return { request, openReply: (reply: SealedReply) => openReply(exported, encapsulatedSecret, reply) }
}

async function setUp(hpke: ReturnType<typeof createSuite>, publicKey: string, shared: SharedKey | undefined) {
  try {
    return await hpke.SetupSender(await hpke.DeserializePublicKey(decode(publicKey)), { info: INFO, ...shared })
  } catch (cause) {
    throw new CannotSeal('nothing can be sealed to this public key', { cause })
  }
}

/** A key that both sides know already, for PSK mode (RFC 9180 §5.1.2), and its name. */
export interface SharedKey {
  psk: Uint8Array
  pskId: Uint8Array
}

/** What seals a new key besides the one-time key: made of the key that signs requests until then. */
export const rotationKey = (signingKey: KeyObject, keyDigest: string): SharedKey => ({
  psk: new Uint8Array(hkdfSync('sha256', signingKey, '', 'flatrun-cluster rotation psk v1', 32)),
  pskId: Buffer.from(keyDigest, 'hex')
})

/** Opens a sealed request. @throws CannotUnseal */
export async function openRequest(
  { publicKey, privateKey }: SealingKey,
  { kid, enc, ct }: Pick<SealedRequest, 'kid' | 'enc' | 'ct'>,
  purpose: string,
  shared?: SharedKey
) {
  try {
    const hpke = createSuite()
    const encapsulated = decode(enc)
    const pair = {
      publicKey: await hpke.DeserializePublicKey(decode(publicKey)),
      privateKey: await hpke.DeserializePrivateKey(decode(privateKey))
    }
    const ctx = await hpke.SetupRecipient(pair, encapsulated, { info: INFO, ...shared })
    const plain = Buffer.from(await ctx.Open(decode(ct), associated(purpose, kid))).toString('utf8')
    const exported = await ctx.Export(Buffer.from('reply'), 32)
    return { plain, sealReply: (text: string) => sealReply(exported, encapsulated, text) }
  } catch (cause) {
    throw new CannotUnseal('the sealed message cannot be opened', { cause })
  }
}

/** The key for the side that opened this exchange: a function of the one-time key, so that asking again gives the same. */
export function issuedKey(privateKey: string, exchangeId: string): string {
  const bytes = hkdfSync('sha256', decode(privateKey), exchangeId, 'flatrun-cluster issued key v1', 32)
  return `${Buffer.from(bytes).toString('base64url')}=`
}

/** Seals an answer to the context that a request was opened in. */
export function sealReply(exported: Uint8Array, encapsulated: Uint8Array, text: string): SealedReply {
  const nonce = randomBytes(32)
  const { key, iv } = replyKey(exported, encapsulated, nonce)
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
  const ct = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return { v: 1, nonce: encode(nonce), ct: encode(ct) }
}

/** @throws CannotUnseal */
export function openReply(
  exported: Uint8Array,
  encapsulated: Uint8Array,
  reply: Pick<SealedReply, 'nonce' | 'ct'>
): string {
  try {
    const { key, iv } = replyKey(exported, encapsulated, decode(reply.nonce))
    const sealed = decode(reply.ct)
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
    decipher.setAuthTag(sealed.subarray(-16))
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString('utf8')
  } catch (cause) {
    throw new CannotUnseal('the sealed answer cannot be opened', { cause })
  }
}

/** Key and nonce are used once: each reply has a salt of its own. */
function replyKey(exported: Uint8Array, encapsulated: Uint8Array, nonce: Uint8Array) {
  const salt = Buffer.concat([encapsulated, nonce])
  return {
    key: Buffer.from(hkdfSync('sha256', exported, salt, 'key', 32)),
    iv: Buffer.from(hkdfSync('sha256', exported, salt, 'nonce', 12))
  }
}

const associated = (purpose: string, kid: string) => Buffer.from(`${purpose}|${kid}`)
export const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
export const decode = (text: string) => Buffer.from(text, 'base64url')
