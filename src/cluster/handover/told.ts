import { LRUCache } from 'lru-cache'
import type { Clock } from '../../../machines/clock.ts'
import { after } from '../../clock.ts'
import type { ToldRequest } from '../../schemas/opinions/told.ts'
import type { Ear } from './ears.ts'
import { OPPOSITE, type Phase } from './subjects.ts'

export interface Said {
  /** Name of the member that said it; undefined for this server. */
  by: string | undefined
  at: number
}

const MOST = 20_000
const MOST_OWN = 2_000
const KEPT_FOR_MS = 3_600_000

/**
 * What this server and others have told of late, of others by their own digests. In memory: after a restart a message
 * may be sent twice.
 */
export function createTold(clock: Pick<Clock, 'now' | 'setTimeout' | 'clearTimeout'>) {
  const said = new LRUCache<string, Said>({ max: MOST, ttl: KEPT_FOR_MS, ttlResolution: 0, perf: clock })
  /** What this server told makes worthless what others said before. */
  const own = new LRUCache<string, Said>({ max: MOST_OWN })
  const listeners = new Set<() => void>()
  const keyOf = (memberId: string, target: string, incident: string) => `${memberId} ${target} ${incident}`

  return {
    note(member: { id: string; name: string }, { target, incident, also = [] }: ToldRequest): void {
      if (incident === undefined) return
      for (const one of [incident, ...also])
        said.set(keyOf(member.id, target, one), { by: member.name, at: clock.now() })
      for (const listener of [...listeners]) listener()
    },

    noteOwn: (place: string, incident: string) =>
      void own.set(`${place} ${incident}`, { by: undefined, at: clock.now() }),

    /** What was said last of an incident, by one of them or by this server. */
    among(ears: readonly Ear[], place: string): (incident: string) => Said | undefined {
      const known = ears.map(({ member: { id }, digest }) => ({ id, digest, target: digest('target', place) }))
      return (incident) => {
        const theirs = known.map(({ id, digest, target }) => said.get(keyOf(id, target, digest('incident', incident))))
        return [own.get(`${place} ${incident}`), ...theirs].reduce(later, undefined)
      }
    },

    /** Waits until something is told, but no longer than that. Rejects only when `signal` is aborted. */
    news(longestMs: number, signal: AbortSignal): Promise<void> {
      signal.throwIfAborted()
      return new Promise((resolve, reject) => {
        const heard = () => done(resolve)
        const leave = () => done(() => reject(signal.reason))
        const stopTimer = after(clock, longestMs, heard)
        listeners.add(heard)
        signal.addEventListener('abort', leave, { once: true })
        function done(how: () => void): void {
          stopTimer()
          listeners.delete(heard)
          signal.removeEventListener('abort', leave)
          how()
        }
      })
    }
  }
}

const later = (one: Said | undefined, other: Said | undefined) => (other && (!one || other.at > one.at) ? other : one)

/** Who has told a thing since then. A word of its end, or of its new beginning, makes an older word worthless. */
export function tellerOf(
  latest: (incident: string) => Said | undefined,
  { phase, thing, from }: { phase: Phase; thing: string; from: number }
): string | undefined {
  const said = latest(`${phase} ${thing}`)
  if (!said || said.at < from) return undefined
  const opposite = OPPOSITE[phase]
  const since = opposite && latest(`${opposite} ${thing}`)
  return since && since.at > said.at ? undefined : said.by
}
