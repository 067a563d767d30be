import { randomUUID } from 'node:crypto'
import type { Problem } from '../schemas/alerts/incident.ts'
import type { Silence } from '../schemas/alerts/silence.ts'

export interface SilenceOptions {
  store: { all(): readonly Silence[]; put(silence: Silence): Promise<void>; delete(id: string): Promise<boolean> }
  /** The tags of a server. */
  tagsOf: (serverId: string) => readonly string[]
  wall: () => number
  onFault: (fault: unknown) => void
}

/** Who is not told of what, and until when. Each one has an end. */
export function createSilences({ store, tagsOf, wall, onFault }: SilenceOptions) {
  const covers = ({ server_id, tag }: Silence, id: string) =>
    server_id !== undefined ? server_id === id : tag === undefined || tagsOf(id).includes(tag)

  function current(): Silence[] {
    const now = wall()
    for (const { id, until } of store.all()) if (until <= now) store.delete(id).catch(onFault)
    return store.all().filter(({ until }) => until > now)
  }

  return {
    current,
    hushes: ({ server_id }: Problem) => current().some((silence) => covers(silence, server_id)),
    async add(silence: Omit<Silence, 'id' | 'since'>): Promise<Silence> {
      const one = { ...silence, id: randomUUID(), since: wall() }
      await store.put(one)
      return one
    },
    /** What a peer says of itself takes the place of what it said before. */
    async announced(silence: Omit<Silence, 'id' | 'since' | 'origin'>): Promise<Silence> {
      const one: Silence = { ...silence, id: `peer ${silence.server_id}`, since: wall(), origin: 'peer' }
      await store.put(one)
      return one
    },
    end: (id: string) => store.delete(id),
    forget(serverId: string): void {
      for (const { id, server_id } of store.all()) if (server_id === serverId) store.delete(id).catch(onFault)
    }
  }
}
