import type { SealingKey } from '../../security/sealing.ts'
import { identityContext } from '../../store/contexts.ts'
import type { Store } from '../../store/store.ts'

/** The key pair by which others know this node; opened for the length of one exchange. */
export function openIdentity({ identity, vault }: Pick<Store, 'identity' | 'vault'>): SealingKey {
  const { box } = identity()
  if (!box) throw new Error('the store was opened without an identity')
  return { publicKey: box.publicKey, privateKey: vault.open(box.sealed, identityContext) }
}
