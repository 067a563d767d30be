import { type Static, Type } from 'typebox'
import type { Collection } from '../../store/collection.ts'

/** A session that was ended before its time, by the digest of its token. */
export const EndedSession = Type.Object({
  id: Type.String(),
  /** When it would have ended by itself, in wall milliseconds. */
  until: Type.Integer()
})

export type EndedSessions = ReturnType<typeof createEndedSessions>

/**
 * A token of a session verifies until its time is over, so those that were ended are remembered for as long, over restarts
 * too. Nobody can fill this: only who shows a good session ends it.
 */
export function createEndedSessions(records: Collection<Static<typeof EndedSession>>, now: () => number = Date.now) {
  return {
    has: (tokenDigest: string) => records.get(tokenDigest) !== undefined,

    async end(tokenDigest: string, until: number): Promise<void> {
      for (const { id, until } of records.all()) if (until <= now()) await records.delete(id)
      await records.put({ id: tokenDigest, until })
    }
  }
}
