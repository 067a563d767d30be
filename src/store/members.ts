import pLimit from 'p-limit'
import type { Member } from '../schemas/peer.ts'
import type { Collection } from './collection.ts'

export type Members = ReturnType<typeof createMembers>

/**
 * The members, and the three ways in which one is looked for. The indexes follow the records, never lead them. A key
 * that died is nobody's, also where a restored store says otherwise.
 */
export function createMembers(records: Collection<Member>, isRevoked: (keyDigest: string) => boolean) {
  const oneAtATime = pLimit(1)
  const indexes = createIndexes()
  const { index, unindex } = indexes
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }

  records.all().forEach(index)

  return {
    all: records.all,
    get: records.get,
    byName: (name: string) => indexes.byName.get(name.toLowerCase()),
    /** The member that presents a key with this digest here. */
    byKeyDigest: (digest: string) => (isRevoked(digest) ? undefined : indexes.byDigest.get(digest)),
    bySpentInvite: (digest: string) => records.all().find(({ invite }) => invite === digest),
    put: (member: Member) => oneAtATime(() => write(member)),
    /**
     * Changes a member as it is at that moment: changes of one record never overwrite each other. The change sees the
     * record and gives the new one, or undefined to leave it. Resolves to what is stored then.
     */
    change: (id: string, how: (member: Member) => Member | undefined): Promise<Member | undefined> =>
      oneAtATime(async () => {
        const member = records.get(id)
        const changed = member && how(member)
        if (changed) await write(changed)
        return changed ?? member
      }),
    /** The same for several in one write; ids of nobody are passed over. */
    changeAll: (ids: readonly string[], how: (member: Member) => Member): Promise<void> =>
      oneAtATime(async () => {
        const before = ids.flatMap((id) => records.get(id) ?? [])
        const after = before.map(how)
        await records.putAll(after)
        before.forEach(unindex)
        after.forEach(index)
        tell()
      }),
    delete: (id: string): Promise<boolean> =>
      oneAtATime(async () => {
        const old = records.get(id)
        const deleted = await records.delete(id)
        if (old && deleted) unindex(old)
        tell()
        return deleted
      }),
    /** Calls back after each change of a member. */
    subscribe: (listener: () => void): void => void listeners.add(listener)
  }

  async function write(member: Member): Promise<void> {
    const old = records.get(member.id)
    await records.put(member)
    if (old) unindex(old)
    index(member)
    tell()
  }
}

function createIndexes() {
  const byDigest = new Map<string, Member>()
  const byName = new Map<string, Member>()

  return {
    byDigest,
    byName,
    index(member: Member): void {
      for (const digest of digests(member)) byDigest.set(digest, member)
      byName.set(member.name.toLowerCase(), member)
    },
    unindex(member: Member): void {
      for (const digest of digests(member)) byDigest.delete(digest)
      byName.delete(member.name.toLowerCase())
    }
  }
}

/** Of all keys that open something here for it. */
export function digests({ keyDigest }: Member): string[] {
  const { current, next, previous } = keyDigest
  return [current, ...(next === undefined ? [] : [next]), ...(previous ? [previous.digest] : [])]
}
