import type { KeyObject } from 'node:crypto'
import { keyOf } from '../../../security/keys.ts'
import { signingKey } from '../../../security/signatures.ts'
import { digest } from '../../../security/tokens.ts'
import type { Vault } from '../../../security/vault.ts'
import { signingContext } from '../../../store/contexts.ts'

/** What is stored of a key that a member presents here: its digest, and the sealed key of its signatures. */
export function keptOf(
  vault: Vault,
  memberId: string,
  key: string
): { digest: string; signing: Record<string, string> } {
  const keyDigest = digest(key)
  return {
    digest: keyDigest,
    signing: { [keyDigest]: vault.seal(signingKey(key).export().toString('base64url'), signingContext(memberId)) }
  }
}

export function openSigningKey(vault: Vault, memberId: string, sealed: string): KeyObject {
  return keyOf(Buffer.from(vault.open(sealed, signingContext(memberId)), 'base64url'))
}
