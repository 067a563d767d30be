import { type Static, Type } from 'typebox'
import { PermissionDenied } from '../errors/requests.ts'
import type { Grant } from '../schemas/grant.ts'
import { CannotOpen, type Vault } from '../security/vault.ts'
import type { Collection } from '../store/collection.ts'
import type { KeyMaker } from './key-maker.ts'
import { type Mode, rightsOf } from './rights.ts'

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
  const making = new Map<string, Promise<string>>()
  const opened = new Map<string, string>()
  let tidying: Promise<void> = Promise.resolve()

  const wanted = (id: string): string | undefined => {
    const [holder = '', mode] = id.split(' ')
    const rights = rightsOf(grantsOf(holder) ?? [], mode === 'write' ? 'write' : 'read')
    return rights && JSON.stringify(rights)
  }

  /** Undefined where the secret that sealed it is gone: then another key is made. */
  function opening({ id, sealed }: KeptKey): string | undefined {
    try {
      const key = vault.open(sealed, contextOf(id))
      opened.set(id, key)
      return key
    } catch (error) {
      if (error instanceof CannotOpen) return undefined
      throw error
    }
  }

  async function make({ id: holder, name }: Holder, mode: Mode): Promise<string> {
    const id = `${holder} ${mode}`
    const rights = rightsOf(grantsOf(holder) ?? [], mode)
    if (!rights) throw new PermissionDenied(`deployments:${mode}`)
    const { id: key_id, key } = await maker.make(`${name}, to ${mode}`, rights, mode)
    const before = records.get(id)
    await records.put({ id, key_id, sealed: vault.seal(key, contextOf(id)), rights: JSON.stringify(rights) })
    opened.set(id, key)
    // What it may no longer do is over before it goes on.
    if (before) await maker.revoke(before.key_id)
    return key
  }

  async function tidy(): Promise<void> {
    for (const { id, rights, key_id } of records.all()) {
      if (wanted(id) === rights) continue
      // One that cannot be revoked now keeps no other one alive.
      await maker.revoke(key_id).then(
        () => dropped(id, key_id),
        (error: unknown) => onFault(error)
      )
    }
  }

  /** Another one may have been made meanwhile. */
  async function dropped(id: string, keyId: number): Promise<void> {
    if (records.get(id)?.key_id !== keyId) return
    opened.delete(id)
    await records.delete(id)
  }

  return {
    /** @throws PermissionDenied, FlatRunKeyRefused, FlatRunDown */
    async keyOf(holder: Holder, mode: Mode): Promise<string> {
      const id = `${holder.id} ${mode}`
      const known = records.get(id)
      if (known && known.rights === wanted(id)) {
        const key = opened.get(id) ?? opening(known)
        if (key !== undefined) return key
      }
      const asked = making.get(id)
      if (asked) return asked
      const made = make(holder, mode).finally(() => making.delete(id))
      making.set(id, made)
      return made
    },

    /** FlatRun does not know it any more: the next caller gets another. */
    async refused({ id: holder }: Holder, mode: Mode, key: string): Promise<void> {
      const id = `${holder} ${mode}`
      const known = records.get(id)
      // The word of an older request, on a key that is replaced already.
      if (!known || opened.get(id) !== key) return
      await dropped(id, known.key_id)
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
      const kept = new Set(records.all().map(({ key_id }) => key_id))
      for (const id of made) if (!kept.has(id)) await maker.revoke(id).catch(onFault)
    }
  }
}

const contextOf = (id: string) => `flatrun-keys|${id}|key`
