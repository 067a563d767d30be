import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject
} from 'node:crypto'
import {
  type AEAD,
  AEAD_AES_256_GCM,
  CipherSuite,
  concat,
  type KDF,
  KDF_HKDF_SHA256,
  type KEM,
  KEM_DHKEM_X25519_HKDF_SHA256,
  type Key,
  LabeledExpand,
  LabeledExtract
} from 'hpke'

/**
 * DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM for hpke, on the thread that asks. Web Cryptography sends each of
 * about fifty steps to another thread and back: four times the processor, and under load each way waits for its turn.
 */
export const createSuite = () => new CipherSuite(createKem, createKdf, createAead)

const HASH_BYTES = 32
const TAG_BYTES = 16
/** RFC 9180 §4.1: "KEM" and the id of the KEM. */
const KEM_ID = Buffer.from('KEM\x00\x20', 'latin1')
/** RFC 8410 §7: what stands before the 32 bytes of a private and of a public key. */
const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex')
const SPKI = Buffer.from('302a300506032b656e032100', 'hex')

interface X25519Key extends Key {
  readonly key: KeyObject
}

function createKdf(): KDF {
  return {
    ...KDF_HKDF_SHA256(),
    Extract: async (salt, material) => hmac(salt, [material]),
    async Expand(key, info, length) {
      const blocks: Uint8Array[] = []
      for (let at = 1; (at - 1) * HASH_BYTES < length; at++)
        blocks.push(hmac(key, [blocks.at(-1) ?? new Uint8Array(), info, Uint8Array.of(at)]))
      return concat(...blocks).slice(0, length)
    }
  }
}

function createAead(): AEAD {
  const algorithm = 'aes-256-gcm'
  const options = { authTagLength: TAG_BYTES }
  return {
    ...AEAD_AES_256_GCM(),
    async Seal(key, nonce, associated, plain) {
      const cipher = createCipheriv(algorithm, key, nonce, options)
      cipher.setAAD(associated)
      return concat(cipher.update(plain), cipher.final(), cipher.getAuthTag())
    },
    async Open(key, nonce, associated, sealed) {
      const decipher = createDecipheriv(algorithm, key, nonce, options)
      decipher.setAAD(associated)
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
      return concat(decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final())
    }
  }
}

function createKem(): KEM<X25519Key> {
  const { id, type, name, Nsecret, Nenc, Npk, Nsk } = KEM_DHKEM_X25519_HKDF_SHA256()
  const kdf = createKdf()

  /** RFC 9180 §4.1, ExtractAndExpand. */
  async function secretOf(privateKey: X25519Key, publicKey: X25519Key, context: Uint8Array): Promise<Uint8Array> {
    const shared = diffieHellman({ privateKey: privateKey.key, publicKey: publicKey.key })
    const extracted = await LabeledExtract(kdf, KEM_ID, new Uint8Array(), Buffer.from('eae_prk'), shared)
    return LabeledExpand(kdf, KEM_ID, extracted, Buffer.from('shared_secret'), context, Nsecret)
  }

  return {
    ...{ id, type, name, Nsecret, Nenc, Npk, Nsk },
    DeriveKeyPair: () => Promise.reject(new Error('keys are made at random only')),
    GenerateKeyPair: async () => generate(),
    SerializePublicKey: async (key) => bytesOf(key),
    SerializePrivateKey: async (key) => bytesOf(key),
    DeserializePublicKey: async (bytes) => publicKeyOf(bytes),
    DeserializePrivateKey: async (bytes) =>
      keyOf(createPrivateKey({ key: Buffer.concat([PKCS8, bytes]), format: 'der', type: 'pkcs8' })),
    async Encap(theirs) {
      const { publicKey, privateKey } = generate()
      const enc = bytesOf(publicKey)
      return { enc, shared_secret: await secretOf(privateKey, theirs, concat(enc, bytesOf(theirs))) }
    },
    Decap: async (enc, own, known) =>
      secretOf(own, publicKeyOf(enc), concat(enc, bytesOf(known ?? keyOf(createPublicKey(own.key)))))
  }
}

function generate() {
  const { publicKey, privateKey } = generateKeyPairSync('x25519')
  return { publicKey: keyOf(publicKey), privateKey: keyOf(privateKey) }
}

const publicKeyOf = (bytes: Uint8Array) =>
  keyOf(createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: 'der', type: 'spki' }))

const keyOf = (key: KeyObject): X25519Key => ({
  ...{ algorithm: { name: 'X25519' }, extractable: true },
  type: key.type,
  key
})

function bytesOf({ key }: X25519Key): Uint8Array {
  const { x = '', d } = key.export({ format: 'jwk' })
  return new Uint8Array(Buffer.from(d ?? x, 'base64url'))
}

function hmac(key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac('sha256', createSecretKey(key))
  for (const part of parts) mac.update(part)
  return new Uint8Array(mac.digest())
}
