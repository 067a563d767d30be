import type { Member } from '../schemas/peer.ts'
import type { Collection } from './collection.ts'

export type Members = ReturnType<typeof createMembers>

/** The members, and the three ways in which one is looked for. The indexes follow the records, never lead them. */
export function createMembers(records: Collection<Member>) {
  const byDigest = new Map<string, Member>()
  const byName = new Map<string, Member>()

  function index(member: Member): void {
    for (const digest of digests(member)) byDigest.set(digest, member)
    byName.set(member.name.toLowerCase(), member)
  }
  function unindex(member: Member): void {
    for (const digest of digests(member)) byDigest.delete(digest)
    byName.delete(member.name.toLowerCase())
  }
  records.all().forEach(index)

  return {
    all: records.all,
    get: records.get,
    byName: (name: string) => byName.get(name.toLowerCase()),
    /** The member that presents a key with this digest here. */
    byKeyDigest: (digest: string) => byDigest.get(digest),
    bySpentInvite: (digest: string) => records.all().find(({ invite }) => invite === digest),
    async put(member: Member): Promise<void> {
      const old = records.get(member.id)
      await records.put(member)
      if (old) unindex(old)
      index(member)
    },
    async delete(id: string): Promise<boolean> {
      const old = records.get(id)
      const deleted = await records.delete(id)
      if (old && deleted) unindex(old)
      return deleted
    }
  }
}

function digests({ keyDigest }: Member): string[] {
  return keyDigest.next === undefined ? [keyDigest.current] : [keyDigest.current, keyDigest.next]
}
