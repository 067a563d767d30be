import { LRUCache } from 'lru-cache'
import pLimit from 'p-limit'
import { digest } from '../security/tokens.ts'
import type { FlatRunAgent } from './agent.ts'
import { FlatRunBusy, FlatRunDown, FlatRunUnclear } from './faults.ts'
import { FOR_READERS, FOR_WRITERS, type Standing, standingBy } from './standing.ts'
import { row, textOf } from './untyped.ts'

/** Whom FlatRun knows by a key or a session. */
export interface FlatRunUser {
  name: string
  standing: Exclude<Standing, 'nobody'>
}

interface UsersOptions {
  ask: FlatRunAgent['ask']
  /** Whether FlatRun turns anybody away: otherwise its word says nothing. */
  vouches: () => boolean
  now?: () => number
}

interface Known {
  token: string
  at: number
  user: FlatRunUser | undefined
}

const REMEMBERED_MS = 5_000
const MOST_REMEMBERED = 5_000
const MOST_STRANGERS = 1_000
const AT_ONCE = 16
const MOST_WAITING = 256

export type FlatRunUsers = ReturnType<typeof createUsers>

/** Tells whose a key is that only FlatRun knows. It is asked at most each five seconds for each key, and changes nothing. */
export function createUsers({ ask, vouches, now = () => performance.now() }: UsersOptions) {
  const remembered = new LRUCache<string, Known>({ max: MOST_REMEMBERED, ttl: 600_000 })
  /** Apart, so that no flood of made-up keys pushes out those who are known. */
  const strangers = new LRUCache<string, Known>({ max: MOST_STRANGERS, ttl: 600_000 })
  const find = (tokenDigest: string) => remembered.get(tokenDigest) ?? strangers.get(tokenDigest)
  const underWay = new Map<string, Promise<FlatRunUser | undefined>>()
  const limit = pLimit(AT_ONCE)

  async function look(token: string): Promise<FlatRunUser | undefined> {
    const forWriters = await ask({ path: FOR_WRITERS, token })
    let standing = standingBy(forWriters)
    if (standing === 'ask') standing = standingBy(forWriters, await ask({ path: FOR_READERS, token }))
    if (standing === undefined || standing === 'ask') throw new FlatRunUnclear('it does not say whose a key is')
    return standing === 'nobody' ? undefined : { standing, name: await nameOf(token) }
  }

  /** A key of FlatRun's config belongs to no user. */
  async function nameOf(token: string): Promise<string> {
    const { user } = row((await ask({ path: '/api/users/me', token })).body)
    return printable(textOf(row(user).username)) || 'key'
  }

  function learn(token: string, tokenDigest: string): Promise<FlatRunUser | undefined> {
    const asked = underWay.get(tokenDigest)
    if (asked) return asked
    if (limit.pendingCount >= MOST_WAITING) throw new FlatRunBusy()
    const answer = limit(() => look(token))
      .then((user) => {
        remembered.delete(tokenDigest)
        strangers.delete(tokenDigest)
        const kept = user ? remembered : strangers
        kept.set(tokenDigest, { token, user, at: now() })
        return user
      })
      .finally(() => underWay.delete(tokenDigest))
    underWay.set(tokenDigest, answer)
    return answer
  }

  return {
    /** What was told of it in the last seconds; undefined: it has to be asked. */
    fresh(tokenDigest: string): { user: FlatRunUser | undefined } | undefined {
      const known = find(tokenDigest)
      return known && now() - known.at < REMEMBERED_MS ? known : undefined
    },

    /** @throws FlatRunDown, FlatRunUnclear, FlatRunBusy */
    async identify(token: string): Promise<FlatRunUser | undefined> {
      const tokenDigest = digest(token)
      if (!vouches()) throw new FlatRunDown('it does not tell keys from what is made up')
      return learn(token, tokenDigest)
    },

    /** What is known of a key that was shown before, for answers that go on; asked anew behind the caller's back. */
    known(tokenDigest: string): FlatRunUser | undefined {
      const known = find(tokenDigest)
      if (!known) return undefined
      // While FlatRun is away, what it said last counts.
      if (now() - known.at >= REMEMBERED_MS && vouches()) learnQuietly(known.token, tokenDigest)
      return known.user
    }
  }

  function learnQuietly(token: string, tokenDigest: string): void {
    if (limit.pendingCount < MOST_WAITING) learn(token, tokenDigest).catch(() => {})
  }
}

/** It goes into the audit, and to terminals from there. */
const printable = (name: string) => name.replace(/[^\p{L}\p{N} ._@+-]/gu, '').slice(0, 64)
