import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { keyOf } from './keys.ts'

const TAG_BYTES = 16
const NONCE_BYTES = 12

/** Why a sealed text cannot be opened. Neither the text nor the secret is in the message. */
export class CannotOpen extends Error {
  override name = 'CannotOpen'
}

export type Vault = ReturnType<typeof createVault>

/**
 * Seals short secrets for the store: AES-256-GCM with a key that HKDF-SHA256 derives from the configured secret.
 * The first secret seals, all open, so that secrets can be rotated. `context` names the record that the text
 * belongs to and is authenticated with it: a text that was moved to another record does not open.
 *
 * Form: `v1:<key id>:<nonce>:<ciphertext>:<tag>`, the parts in base64url. Random nonces are good for 2^32 records a
 * key (NIST SP 800-38D §8.3).
 */
export function createVault({ secrets, salt }: { secrets: readonly string[]; salt: string }) {
  const keys = secrets.map((secret) => deriveKey(secret, salt))
  const [sealing] = keys
  if (!sealing) throw new Error('a vault needs at least one secret')
  const byId = new Map(keys.map((key) => [key.id, key]))

  return {
    seal(plain: string, context: string): string {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', sealing.key, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(associated(sealing.id, context))
      const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return ['v1', sealing.id, encode(nonce), encode(sealed), encode(cipher.getAuthTag())].join(':')
    },

    /** @throws CannotOpen when the text was changed, moved, cut, or sealed with a secret that is not given. */
    open(text: string, context: string): string {
      const [version, id, nonce, sealed, tag, ...rest] = text.split(':')
      const key = byId.get(id ?? '')
      if (version !== 'v1' || nonce === undefined || sealed === undefined || tag === undefined || rest.length > 0) {
        throw new CannotOpen('the sealed text is not of a known form')
      }
      if (!key) throw new CannotOpen('it was sealed with a secret that is not configured')
      try {
        const decipher = createDecipheriv('aes-256-gcm', key.key, decode(nonce), { authTagLength: TAG_BYTES })
        decipher.setAAD(associated(key.id, context))
        decipher.setAuthTag(decode(tag))
        return Buffer.concat([decipher.update(decode(sealed)), decipher.final()]).toString('utf8')
      } catch (cause) {
        throw new CannotOpen('the sealed text was changed or belongs to another record', { cause })
      }
    },

    /** Whether the text was sealed with the secret that seals today. */
    isCurrent: (text: string) => text.split(':')[1] === sealing.id
  }
}

/** A key for one purpose, from the configured secret (RFC 5869). */
export function derive(secret: string, salt: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, `flatrun-cluster/${purpose}/v1`, 32))
}

function deriveKey(secret: string, salt: string) {
  const key = keyOf(derive(secret, salt, 'peer-key'))
  const id = createHash('sha256')
    .update(derive(secret, salt, 'key-id'))
    .digest('hex')
    .slice(0, 12)
  return { key, id }
}

const associated = (id: string, context: string) => Buffer.from(`v1|${id}|${context}`)
const encode = (bytes: Buffer) => bytes.toString('base64url')
const decode = (text: string) => Buffer.from(text, 'base64url')
