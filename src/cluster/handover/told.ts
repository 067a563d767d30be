import { LRUCache } from 'lru-cache'
import type { Clock } from '../../../machines/clock.ts'
import type { ToldRequest } from '../../schemas/opinions/told.ts'

export interface Said {
  /** Name of the member that said it; undefined for this server. */
  by: string | undefined
  at: number
}

const MOST = 20_000
const KEPT_FOR_MS = 3_600_000

/** What others have told of late, by their own digests. In memory: after a restart a message may be sent twice. */
export function createTold(clock: Pick<Clock, 'now'>) {
  const said = new LRUCache<string, Said>({ max: MOST, ttl: KEPT_FOR_MS, ttlResolution: 0, perf: clock })
  const listeners = new Set<() => void>()
  const keyOf = (memberId: string, target: string, incident: string) => `${memberId} ${target} ${incident}`

  return {
    note(member: { id: string; name: string }, { target, incident, also = [] }: ToldRequest): void {
      if (incident === undefined) return
      for (const one of [incident, ...also])
        said.set(keyOf(member.id, target, one), { by: member.name, at: clock.now() })
      for (const listener of [...listeners]) listener()
    },
    /** Who said it, and when, in monotonic milliseconds. */
    of: (memberId: string, target: string, incident: string): Said | undefined =>
      said.get(keyOf(memberId, target, incident)),
    onNoted(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    }
  }
}
