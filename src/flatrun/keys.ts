import { PermissionDenied } from '../errors/requests.ts'
import type { Grant } from '../schemas/grant.ts'
import type { Vault } from '../security/vault.ts'
import type { Collection } from '../store/collection.ts'
import { createKeptKeys, type KeptKey } from './kept-keys.ts'
import type { KeyMaker } from './key-maker.ts'
import { type Mode, rightsOf } from './rights.ts'

/** Whom a key is for. */
export interface Holder {
  id: string
  /** For people who look at FlatRun's list of keys. */
  name: string
}

interface KeysOptions {
  maker: KeyMaker
  records: Collection<KeptKey>
  vault: Pick<Vault, 'seal' | 'open'>
  /** What a holder may do now; undefined for who is none any more. */
  grantsOf: (holder: string) => readonly Grant[] | undefined
  onFault: (error: unknown) => void
}

export type FlatRunKeys = ReturnType<typeof createKeys>

/**
 * The keys with which callers that FlatRun does not know go on to its agent: one for each and for reading and writing,
 * made when it is first needed, made anew with other grants, and revoked with its holder.
 */
export function createKeys({ maker, records, vault, grantsOf, onFault }: KeysOptions) {
  const kept = createKeptKeys({ records, vault })
  const making = new Map<string, Promise<string>>()
  let tidying: Promise<void> = Promise.resolve()

  const wanted = (id: string): string | undefined => {
    const [holder = '', mode] = id.split(' ')
    const rights = rightsOf(grantsOf(holder) ?? [], mode === 'write' ? 'write' : 'read')
    return rights && JSON.stringify(rights)
  }

  async function make({ id: holder, name }: Holder, mode: Mode): Promise<string> {
    const id = `${holder} ${mode}`
    const rights = rightsOf(grantsOf(holder) ?? [], mode)
    if (!rights) throw new PermissionDenied(`deployments:${mode}`)
    const { id: key_id, key } = await maker.make(`${name}, to ${mode}`, rights, mode)
    const before = kept.get(id)
    await kept.put({ id, key_id, key, rights: JSON.stringify(rights) })
    // What it may no longer do is over before it goes on.
    if (before) await maker.revoke(before.key_id)
    return key
  }

  async function tidy(): Promise<void> {
    for (const known of kept.all()) {
      if (wanted(known.id) === known.rights) continue
      // One that cannot be revoked now keeps no other one alive.
      await maker.revoke(known.key_id).then(() => kept.drop(known), onFault)
    }
  }

  return {
    /** @throws PermissionDenied, FlatRunKeyRefused, FlatRunDown */
    async keyOf(holder: Holder, mode: Mode): Promise<string> {
      const id = `${holder.id} ${mode}`
      const known = kept.get(id)
      const key = known && known.rights === wanted(id) ? kept.keyOf(known) : undefined
      if (key !== undefined) return key
      const asked = making.get(id)
      if (asked) return asked
      const made = make(holder, mode).finally(() => making.delete(id))
      making.set(id, made)
      return made
    },

    /** FlatRun does not know it any more: the next caller gets another. */
    async refused({ id: holder }: Holder, mode: Mode, key: string): Promise<void> {
      const known = kept.get(`${holder} ${mode}`)
      // The word of an older request, on a key that is replaced already.
      if (!known || !kept.isOpened(known.id, key)) return
      await kept.drop(known)
      await maker.revoke(known.key_id).catch(onFault)
    },

    /** Revokes what nobody may have any more. What fails is tried again the next time. */
    tidy(): Promise<void> {
      tidying = tidying.then(tidy).catch(onFault)
      return tidying
    },

    /** Keys that a crash left at FlatRun between their making and our writing of them; nobody holds them. */
    async revokeLost(): Promise<void> {
      const made = await maker.made()
      // Those that are being made just now are not lost.
      await Promise.allSettled(making.values())
      const known = new Set(kept.all().map(({ key_id }) => key_id))
      for (const id of made) if (!known.has(id)) await maker.revoke(id).catch(onFault)
    }
  }
}
