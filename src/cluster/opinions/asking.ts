import { LRUCache } from 'lru-cache'
import pLimit from 'p-limit'
import type { Clock } from '../../../machines/clock.ts'
import type { FailureClass, PeerAnswered, PeerHealth, ProbeAnswer } from '../../schemas/health.ts'
import type { Opinion, Witness } from '../../schemas/opinions/opinion.ts'
import type { Member } from '../../schemas/peer.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { createAllowance } from '../membership/allowance.ts'
import { createCensus } from './census.ts'
import { drawFrom, isAskedAt, MOST_ASKED, scopeOf, WITNESSES } from './rule.ts'

/** What became of one question. */
export type Heard = Opinion | { opinion: 'silent'; class: FailureClass } | { opinion: 'refused' }

export interface AskingOptions {
  members: { get(id: string): Pick<Member, 'id' | 'name' | 'nodeId' | 'state'> | undefined }
  cluster: Pick<
    Cluster,
    'peer' | 'peers' | 'onAnswer' | 'onLeft' | 'reportContact' | 'reportFailure' | 'reportOpinions'
  >
  /** Asks a member about a node. Never rejects. */
  ask: (memberId: string, about: string) => Promise<Heard>
  clock: Pick<Clock, 'now'>
  random?: () => number
  onFault: (error: unknown) => void
}

/** What the other side answers in a minute. */
export const QUESTIONS_A_MINUTE = 30
const AT_ONCE = 32
/** Who does not know a node may come to know it. */
const IGNORANT_FOR_MS = 600_000

/**
 * Asks others about a peer that fails here. Each round draws three who are online and know it, and what they say takes
 * the place of what was said before. It decides nothing: the verdict is that of our own probes.
 */
export function createAsking({ members, cluster, ask, clock, random = Math.random, onFault }: AskingOptions) {
  /** The round of each failing peer, by the failure at which it began. */
  const rounds = new Map<string, number>()
  const ignorant = new LRUCache<string, true>({ max: 10_000, ttl: IGNORANT_FOR_MS, ttlResolution: 0, perf: clock })
  const mayAsk = createAllowance({ perMinute: QUESTIONS_A_MINUTE, now: clock.now })
  const census = createCensus({ cluster, clock })
  const atOnce = pLimit(AT_ONCE)
  const ends = [cluster.onAnswer(answered), cluster.onLeft((id) => void rounds.delete(id))]

  function answered({ id }: PeerAnswered, answer: ProbeAnswer): void {
    if (answer.ok) return void rounds.delete(id)
    const { failures = 0 } = cluster.peer(id) ?? {}
    if (rounds.get(id) === failures || !isAskedAt(failures, answer.class)) return
    rounds.set(id, failures)
    askOthers(id, failures).catch(onFault)
  }

  async function askOthers(subject: string, round: number): Promise<void> {
    const about = members.get(subject)?.nodeId
    const isCurrent = () => rounds.get(subject) === round
    const witnesses: Witness[] = []
    const left = about === undefined ? [] : candidates(subject)
    for (let asked = 0; about !== undefined && asked < MOST_ASKED && isCurrent(); ) {
      const answers = witnesses.filter(({ says }) => says !== 'silent').length
      const drawn = drawFrom(left, WITNESSES - answers, random)
      if (drawn.length === 0) break
      asked += drawn.length
      const heard = await Promise.all(drawn.map((witness) => atOnce(() => hear(witness, subject, about))))
      witnesses.push(...heard.filter((witness) => witness !== undefined))
    }
    if (!isCurrent()) return
    cluster.reportOpinions(subject, { scope: scopeOf(witnesses, census.count()), witnesses })
  }

  const candidates = (subject: string): PeerHealth[] =>
    census
      .online()
      .filter(
        ({ id, features }) => id !== subject && features.includes('opinions') && !ignorant.has(`${id} ${subject}`)
      )

  async function hear({ id, name }: PeerHealth, subject: string, about: string): Promise<Witness | undefined> {
    if (!mayAsk(id)) return undefined
    const heard = await ask(id, about)
    if (heard.opinion === 'silent') {
      cluster.reportFailure(id, heard.class)
      return { name, says: 'silent' }
    }
    if (heard.opinion === 'unknown') ignorant.set(`${id} ${subject}`, true)
    if (heard.opinion === 'unknown' || heard.opinion === 'refused') return undefined
    if (heard.opinion === 'up') cluster.reportContact(subject)
    const { opinion: says, url: _, ...found } = heard
    return { name, says, ...found }
  }

  return {
    stop(): void {
      for (const end of ends) end()
      rounds.clear()
    }
  }
}
