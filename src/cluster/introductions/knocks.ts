import { LRUCache } from 'lru-cache'

const MOST = 1_000
const REMEMBERED_MS = 60_000

export type Knocks = ReturnType<typeof createKnocks>

/**
 * Identities that asked to be joined a moment ago and were not known. Anybody can say one, so all that follows is that
 * this server does not wait for that other one to dial, once it is told of it.
 */
export function createKnocks() {
  const heard = new LRUCache<string, true>({ max: MOST, ttl: REMEMBERED_MS })
  return {
    note: (identity: string): void => void heard.set(identity, true),
    has: (identity: string): boolean => heard.has(identity)
  }
}
