import { type Static, Type } from 'typebox'
import { CannotOpen, type Vault } from '../security/vault.ts'
import type { Collection } from '../store/collection.ts'

/** A key of FlatRun's that this agent made for one of its own callers. */
export const KeptKey = Type.Object({
  /** `<holder> read` or `<holder> write`. */
  id: Type.String(),
  key_id: Type.Integer(),
  sealed: Type.String(),
  /** What it was made with. */
  rights: Type.String()
})
export type KeptKey = Static<typeof KeptKey>

interface KeptKeysOptions {
  records: Collection<KeptKey>
  vault: Pick<Vault, 'seal' | 'open'>
}

/** The keys that were made: sealed in the store, and opened in memory once they were used. */
export function createKeptKeys({ records, vault }: KeptKeysOptions) {
  const opened = new Map<string, string>()

  return {
    get: records.get,
    all: records.all,
    /** Undefined where the secret that sealed it is gone: then another key is made. */
    keyOf({ id, sealed }: KeptKey): string | undefined {
      try {
        const key = opened.get(id) ?? vault.open(sealed, contextOf(id))
        opened.set(id, key)
        return key
      } catch (error) {
        if (error instanceof CannotOpen) return undefined
        throw error
      }
    },
    isOpened: (id: string, key: string) => opened.get(id) === key,
    async put({ id, key_id, key, rights }: Omit<KeptKey, 'sealed'> & { key: string }): Promise<void> {
      await records.put({ id, key_id, sealed: vault.seal(key, contextOf(id)), rights })
      opened.set(id, key)
    },
    /** Another one may have been made meanwhile. */
    async drop({ id, key_id }: Pick<KeptKey, 'id' | 'key_id'>): Promise<void> {
      if (records.get(id)?.key_id !== key_id) return
      opened.delete(id)
      await records.delete(id)
    }
  }
}

const contextOf = (id: string) => `flatrun-keys|${id}|key`
