import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

/**
 * A key as Node's cryptography takes it at once. One that is given as bytes is taken apart at each use, at seven times the
 * cost of a short HMAC. What is printed of it shows no byte.
 */
export const keyOf = (bytes: Uint8Array): KeyObject => createSecretKey(bytes)

/** A key of 32 bytes for one purpose (HKDF-SHA256, RFC 5869, without a salt). */
export const derivedKey = (from: string | Uint8Array | KeyObject, purpose: string): KeyObject =>
  keyOf(new Uint8Array(hkdfSync('sha256', from, '', purpose, 32)))
