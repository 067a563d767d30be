import pLimit from 'p-limit'
import type { Clock } from '../../../machines/clock.ts'
import { IntroductionExpired, IntroductionUnknown, TooManyIntroductions } from '../../errors/introductions.ts'
import type { EventLog } from '../../schemas/event.ts'
import { type Card, cardOf } from '../../schemas/joining/card.ts'
import type { Introduction, IntroductionResult, IntroductionView } from '../../schemas/joining/introduction.ts'
import type { IntroductionPolicy } from '../../schemas/names.ts'
import type { Member } from '../../schemas/peer.ts'
import { pairOf } from '../../security/identity.ts'
import type { Collection } from '../../store/collection.ts'
import type { Store } from '../../store/store.ts'
import { createListeners } from '../liveness/listeners.ts'
import type { Self } from '../peers/self.ts'
import type { OwnReach } from '../reach/own-reach.ts'
import type { Knocks } from './knocks.ts'
import { inheritedPolicy, policyOf } from './policy.ts'
import { type Decision, decide, isOpen, type Known, MOST_OF_ONE } from './rule.ts'
import { afterFailure, type Failure, retried, SECOND_DIALS_AFTER_MS, tidied } from './schedule.ts'
import { resultOf, saidOf, viewOf } from './views.ts'

interface IntroductionsOptions {
  store: Pick<Store, 'members' | 'departures'>
  records: Collection<Introduction>
  self: Pick<Self, 'nodeId' | 'name' | 'identity'>
  reach: Pick<OwnReach, 'isReverse'>
  knocks: Pick<Knocks, 'has'>
  /** Of the config: where nothing else is said of the member that introduces. */
  policy: IntroductionPolicy
  events: EventLog
  clock: Pick<Clock, 'wall'>
  onFault: (error: unknown) => void
}

export type Introductions = ReturnType<typeof createIntroductions>

/** The journal of those who were introduced here: decided, shown, and kept until they are members or came to nothing. */
export function createIntroductions({
  store,
  records,
  self,
  reach,
  knocks,
  policy: config,
  events,
  clock,
  onFault
}: IntroductionsOptions) {
  const oneAtATime = pLimit(1)
  const listeners = createListeners<[]>(onFault)
  const dialling = new Set<string>()
  let settling = false
  const timestamp = (at = clock.wall()) => new Date(at).toISOString()
  const { tell } = listeners

  const known = (introductions: readonly Introduction[]): Known => ({
    self: { nodeId: self.nodeId(), name: self.name(), identity: self.identity() },
    members: store.members.all(),
    departures: store.departures.all(),
    introductions
  })

  /** @throws TooManyIntroductions when there was room for none of them. */
  async function receive(by: Member, cards: readonly Card[]): Promise<IntroductionResult[]> {
    const policy = policyOf(by, config)
    const all = new Map(records.all().map((record) => [record.id, record]))
    const before = new Map(all)
    const results = cards.map((said) => {
      const card = cardOf(said)
      const decision = decide({ card, by, policy }, known([...all.values()]))
      for (const record of written(decision, card, by)) all.set(record.id, record)
      return resultOf(card, decision)
    })
    if (results.every(({ code }) => code === 'too_many_introductions')) throw new TooManyIntroductions(MOST_OF_ONE)
    const changed = [...all.values()].filter((record) => before.get(record.id) !== record)
    await records.putAll(changed)
    announce(by, changed)
    tell()
    return results
  }

  function written(decision: Decision, card: Card, by: Member): Introduction[] {
    if (decision.kind === 'same') {
      const { record } = decision
      // Another one's word on where it is could lead it astray.
      return record.by.id === by.id && record.card.seq < card.seq ? [{ ...record, card }] : []
    }
    if (decision.kind === 'open') {
      const waitsMs = dialsFirst(card) || knocks.has(card.identity) ? 0 : SECOND_DIALS_AFTER_MS
      const next = decision.state === 'accepted' ? { nextAt: timestamp(clock.wall() + waitsMs) } : {}
      return [{ ...recordOf(card, by), state: decision.state, ...next }]
    }
    if (decision.kind !== 'conflict') return []
    const { code, reason, rival } = decision
    const stopped =
      rival && isOpen(rival) && rival.allowedAt === undefined
        ? [refusedAs(rival, code, `${by.name} introduced another one; ${COMPARE}`)]
        : []
    const mine = recordOf(card, by)
    const before = records.get(mine.id)
    // Said again, it is the same doubt; and what an operator allowed is the operator's own.
    if (before && (before.allowedAt !== undefined || (before.by.id === by.id && before.code === code))) return stopped
    const full = records.all().filter((record) => record.by.id === by.id).length >= 2 * MOST_OF_ONE
    return full ? stopped : [...stopped, refusedAs(mine, code, reason)]
  }

  /** Who can dial while the other cannot; else the smaller node id. */
  function dialsFirst({ reach: theirs, node_id }: Card): boolean {
    const isReverse = reach.isReverse()
    return isReverse === (theirs === 'reverse') ? self.nodeId() < node_id : isReverse
  }

  function recordOf(
    card: Card,
    { id, name, grants, ...member }: Member
  ): Omit<Introduction, 'state'> & { state: 'refused' } {
    const policy = inheritedPolicy(member, config)
    const at = timestamp()
    return {
      id: pairOf(self.identity(), card.identity),
      ...{ card, by: { id, name }, grants, state: 'refused', attempts: 0, since: at, openedAt: at },
      ...(policy !== undefined && { policy })
    }
  }

  function refusedAs({ nextAt: _, ...record }: Introduction, code: string, reason: string): Introduction {
    return { ...record, state: 'refused', code, reason, since: timestamp() }
  }

  function announce(by: Member, changed: readonly Introduction[]): void {
    const count = (state: Introduction['state']) => changed.filter((record) => record.state === state).length
    const facts = { accepted: count('accepted'), asked: count('offered') }
    if (facts.accepted + facts.asked > 0)
      events.publish({ type: 'introduction.received', peer: by.name, peer_id: by.id, facts, reason: saidOf(facts) })
    for (const { card, code, reason } of changed)
      if (code?.endsWith('_conflict'))
        events.publish({
          ...{ type: 'introduction.conflict', peer: by.name, peer_id: by.id },
          reason: `It introduced ${card.name}, and nobody is joined: ${reason}`
        })
  }

  async function change(id: string, how: (record: Introduction) => Introduction | undefined): Promise<void> {
    const record = records.get(id)
    const changed = record && how(record)
    if (!changed) return
    await records.put(changed)
    tell()
  }

  function find(id: string): Introduction {
    const record = records.get(id)
    if (!record) throw new IntroductionUnknown()
    return record
  }

  return {
    receive: (by: Member, cards: readonly Card[]) => oneAtATime(() => receive(by, cards)),

    list: (): IntroductionView[] => records.all().map((record) => viewOf(record, dialling.has(record.id))),
    /** How many wait for an operator's word, with members that their introducer takes back. */
    waiting: (): number =>
      records.all().filter(({ state }) => state === 'offered').length +
      store.members.all().filter(({ state, suspension }) => suspension && state !== 'suspended').length,

    byIdentity: (identity: string) => records.all().find(({ card }) => card.identity === identity),
    get: records.get,

    /** An operator wants it: whatever refused it before. It is dialled at once. */
    accept: (id: string): Promise<IntroductionView> =>
      oneAtATime(async () => {
        const { code: _code, reason: _reason, ...record } = find(id)
        if (record.state === 'expired') throw new IntroductionExpired()
        const at = timestamp()
        const times = { allowedAt: at, nextAt: at, since: at, openedAt: at }
        const accepted: Introduction = { ...record, ...times, state: 'accepted', attempts: 0 }
        await records.put(accepted)
        tell()
        return viewOf(accepted, false)
      }),

    refuse: (id: string): Promise<IntroductionView> =>
      oneAtATime(async () => {
        const refused = refusedAs(find(id), 'removed_here', 'an operator of this server refused it')
        await records.put(refused)
        tell()
        return viewOf(refused, false)
      }),

    /**
     * Those that are to be dialled, and when, in wall milliseconds. Each server has them in an order of its own, since all of
     * a page would dial its first ones at the same time.
     */
    planned: () =>
      records
        .all()
        .flatMap(({ id, state, nextAt }) =>
          nextAt !== undefined && (state === 'accepted' || state === 'waiting') && !dialling.has(id)
            ? [{ id, at: Date.parse(nextAt) }]
            : []
        )
        .sort((one, other) => (one.id < other.id ? -1 : 1)),

    began: (id: string): void => void dialling.add(id),

    /** A try came to nothing. */
    failed: (id: string, failure: Failure): Promise<void> =>
      oneAtATime(async () => {
        dialling.delete(id)
        await change(id, (record) => (isOpen(record) ? afterFailure(record, failure, clock.wall()) : undefined))
      }),

    /** This server is elsewhere now, so what could not be reached may be. */
    retry: (): Promise<void> =>
      oneAtATime(async () => {
        await records.putAll(records.all().flatMap((record) => retried(record, clock.wall()) ?? []))
        tell()
      }),

    /** Who introduced it takes it back before it has joined; what an operator allowed stays. */
    withdrawn: (by: string, nodeId: string): Promise<boolean> =>
      oneAtATime(async () => {
        const over = records
          .all()
          .filter(
            (one) => one.by.id === by && one.card.node_id === nodeId && isOpen(one) && one.allowedAt === undefined
          )
        await records.deleteAll(over.map(({ id }) => id))
        return over.length > 0
      }),

    /** It is a member, or nobody wants it any more. */
    ended: (id: string): Promise<void> =>
      oneAtATime(async () => {
        dialling.delete(id)
        if (await records.delete(id)) tell()
      }),

    /** Those who are members now need no introduction. Called after each change of a member. */
    settle(): void {
      if (settling || records.all().length === 0) return
      settling = true
      oneAtATime(async () => {
        settling = false
        const joined = new Set(
          store.members.all().flatMap(({ state, card }) => (state === 'active' && card ? [card.identity] : []))
        )
        const over = records.all().filter(({ card }) => joined.has(card.identity))
        await records.deleteAll(over.map(({ id }) => id))
      }).catch(onFault)
    },

    /** Run at start and each minute. */
    tidy: (): Promise<void> =>
      oneAtATime(async () => {
        for (const record of records.all()) {
          const next = tidied(record, { members: store.members.all(), now: clock.wall() })
          if (next === undefined) await records.delete(record.id)
          else if (next !== record) await records.put(next)
        }
        tell()
      }),

    /** Calls back when something may have become due. */
    onChange: (listener: () => void): void => void listeners.add(listener)
  }
}

const COMPARE = 'compare the fingerprints on both servers before you allow one of them'
