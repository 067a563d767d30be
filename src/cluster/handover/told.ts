import { LRUCache } from 'lru-cache'
import type { Clock } from '../../../machines/clock.ts'
import { after } from '../../clock.ts'
import type { ToldReply, ToldRequest } from '../../schemas/opinions/told.ts'
import type { Ear } from './ears.ts'
import { OPPOSITE, type Phase } from './subjects.ts'

export interface Said {
  /** Name of the member that said it; undefined for this server. */
  by: string | undefined
  at: number
}

const MOST = 20_000
const MOST_HERE = 2_000
const KEPT_FOR_MS = 3_600_000

/** What others have told of late, by their own digests. In memory: after a restart a message may be sent twice. */
export function createTold(clock: Pick<Clock, 'now' | 'setTimeout' | 'clearTimeout'>) {
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

    /** What it answers when it is asked. */
    noteAnswer(member: { id: string; name: string }, target: string, told: ToldReply['told'] = []): void {
      for (const { incident, ago_ms } of told)
        said.set(keyOf(member.id, target, incident), { by: member.name, at: clock.now() - ago_ms })
    },

    /** What was said last of an incident by one of them. */
    among(ears: readonly Ear[], place: string): (incident: string) => Said | undefined {
      const known = ears.map(({ member: { id }, digest }) => ({ id, digest, target: digest('target', place) }))
      return (incident) =>
        known
          .map(({ id, digest, target }) => said.get(keyOf(id, target, digest('incident', incident))))
          .reduce(later, undefined)
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

export const later = (one: Said | undefined, other: Said | undefined) =>
  other && (!one || other.at > one.at) ? other : one

/** Which other one has told a thing since then. A word of its end, or of its new beginning, makes an older word worthless. */
export function tellerOf(
  latest: (incident: string) => Said | undefined,
  { phase, thing, from }: { phase: Phase; thing: string; from: number }
): Said | undefined {
  const said = latest(`${phase} ${thing}`)
  if (!said || said.by === undefined || said.at < from) return undefined
  const opposite = OPPOSITE[phase]
  const since = opposite && latest(`${opposite} ${thing}`)
  return since && since.at > said.at ? undefined : said
}

/** What this server knows to be told, in clear: it has sent it, or left it to another one. */
export function createKnown(clock: Pick<Clock, 'now'>) {
  const known = new LRUCache<string, { place: string; thing: string; said: Said }>({ max: MOST_HERE })

  return {
    set: (place: string, thing: string, said: Said) => void known.set(`${place} ${thing}`, { place, thing, said }),
    of: (place: string, thing: string): Said | undefined => known.get(`${place} ${thing}`)?.said,
    /** Which of those that are asked for it knows, in the words of the one who asks. */
    among(asks: readonly string[], place: string, digest: (thing: string) => string): ToldReply['told'] {
      const wanted = new Set(asks)
      return [...known.values()].flatMap(({ place: where, thing, said }) => {
        const incident = where === place ? digest(thing) : ''
        return wanted.has(incident) ? [{ incident, ago_ms: Math.max(0, Math.round(clock.now() - said.at)) }] : []
      })
    }
  }
}
