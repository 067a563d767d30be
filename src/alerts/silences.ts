import { randomUUID } from 'node:crypto'
import type { Problem } from '../schemas/alerts/incident.ts'
import type { Silence } from '../schemas/alerts/silence.ts'
import { sameName } from '../schemas/names.ts'

export interface SilenceOptions {
  store: {
    all(): readonly Silence[]
    get(id: string): Silence | undefined
    put(silence: Silence): Promise<void>
    delete(id: string): Promise<boolean>
  }
  /** The tags of a server. */
  tagsOf: (serverId: string) => readonly string[]
  wall: () => number
  onFault: (fault: unknown) => void
}

type Announced = 'stop' | 'maintenance'

/** An agent that says that it stops may answer a little longer. */
const LAST_WORDS_MS = 3_000

/** Who is not told of what, and until when. Each one has an end. */
export function createSilences({ store, tagsOf, wall, onFault }: SilenceOptions) {
  const covers = ({ server_id, tag }: Silence, id: string) =>
    server_id !== undefined ? server_id === id : tag === undefined || tagsOf(id).some((one) => sameName(one, tag))
  const idOf = (why: Announced, serverId: string) => `${why}-${serverId}`
  const currentOf = (why: Announced, serverId: string): Silence | undefined => {
    const silence = store.get(idOf(why, serverId))
    return silence && silence.until > wall() ? silence : undefined
  }

  function current(): Silence[] {
    const now = wall()
    for (const { id, until } of store.all()) if (until <= now) store.delete(id).catch(onFault)
    return store.all().filter(({ until }) => until > now)
  }

  return {
    current,
    hushes: ({ server_id }: Problem) => current().some((silence) => covers(silence, server_id)),
    async add(silence: Omit<Silence, 'id' | 'since'>): Promise<Silence> {
      const one = { ...silence, id: randomUUID(), since: Math.round(wall()) }
      await store.put(one)
      return one
    },
    /** What a peer says of itself takes the place of what it said before. */
    async announced(why: Announced, serverId: string, said: Omit<Silence, 'id' | 'since' | 'origin' | 'server_id'>) {
      await store.put({
        ...said,
        id: idOf(why, serverId),
        server_id: serverId,
        since: Math.round(wall()),
        origin: 'peer'
      })
    },
    ofPeer: currentOf,
    /** A peer answers. True: it had said that it stops, and is back. */
    returned(serverId: string): boolean {
      const stop = currentOf('stop', serverId)
      if (!stop || wall() - stop.since < LAST_WORDS_MS) return false
      store.delete(stop.id).catch(onFault)
      return true
    },
    retract: (why: Announced, serverId: string) => store.delete(idOf(why, serverId)),
    end: (id: string) => store.delete(id),
    forget(serverId: string): void {
      for (const { id, server_id } of store.all()) if (server_id === serverId) store.delete(id).catch(onFault)
    }
  }
}

export type Silences = ReturnType<typeof createSilences>
