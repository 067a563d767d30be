import { signingKey } from '../../security/signatures.ts'
import { digest } from '../../security/tokens.ts'
import type { Vault } from '../../security/vault.ts'
import { signingContext } from '../../store/contexts.ts'

/** What is stored of a key that a member presents here: its digest, and the sealed key of its signatures. */
export function keptOf(
  vault: Vault,
  memberId: string,
  key: string
): { digest: string; signing: Record<string, string> } {
  const keyDigest = digest(key)
  return {
    digest: keyDigest,
    signing: { [keyDigest]: vault.seal(signingKey(key).toString('base64url'), signingContext(memberId)) }
  }
}

export function openSigningKey(vault: Vault, memberId: string, sealed: string): Buffer {
  return Buffer.from(vault.open(sealed, signingContext(memberId)), 'base64url')
}
