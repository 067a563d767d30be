import pLimit from 'p-limit'
import type { Clock } from '../../../machines/clock.ts'
import { IntroductionExpired, IntroductionUnknown, TooManyIntroductions } from '../../errors/introductions.ts'
import type { EventLog } from '../../schemas/event.ts'
import { type Card, cardOf } from '../../schemas/joining/card.ts'
import type { Introduction, IntroductionResult, IntroductionView } from '../../schemas/joining/introduction.ts'
import type { IntroductionPolicy } from '../../schemas/names.ts'
import type { Member } from '../../schemas/peer.ts'
import type { Collection } from '../../store/collection.ts'
import type { Store } from '../../store/store.ts'
import { createListeners } from '../liveness/listeners.ts'
import type { Self } from '../peers/self.ts'
import type { OwnReach } from '../reach/own-reach.ts'
import type { Knocks } from './knocks.ts'
import { policyOf } from './policy.ts'
import { decide, isOpen, type Known, MOST_OF_ONE } from './rule.ts'
import { afterFailure, type Failure, retried, tidied, waitsToDial } from './schedule.ts'
import { eventsOf, resultOf, viewOf } from './views.ts'
import { refusedAs, written } from './written.ts'

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
export function createIntroductions(options: IntroductionsOptions) {
  const { store, records, self, reach, knocks, policy: config, events, clock, onFault } = options
  const oneAtATime = pLimit(1)
  const listeners = createListeners<[]>(onFault)
  const dialling = new Set<string>()
  let settling = false
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
      const around = { identity: self.identity(), policy: config, introductions: [...all.values()], now: clock.wall() }
      const waitsMs = knocks.has(card.identity)
        ? 0
        : waitsToDial(card, { nodeId: self.nodeId(), isReverse: reach.isReverse() })
      for (const record of written(decision, { card, by }, { ...around, waitsMs })) all.set(record.id, record)
      return resultOf(card, decision)
    })
    if (results.every(({ code }) => code === 'too_many_introductions')) throw new TooManyIntroductions(MOST_OF_ONE)
    const changed = [...all.values()].filter((record) => before.get(record.id) !== record)
    await records.putAll(changed)
    for (const event of eventsOf(by, changed)) events.publish(event)
    tell()
    return results
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
        const at = new Date(clock.wall()).toISOString()
        const times = { allowedAt: at, nextAt: at, since: at, openedAt: at }
        const accepted: Introduction = { ...record, ...times, state: 'accepted', attempts: 0 }
        await records.put(accepted)
        tell()
        return viewOf(accepted, false)
      }),

    refuse: (id: string): Promise<IntroductionView> =>
      oneAtATime(async () => {
        const refused = refusedAs(find(id), REFUSED_BY_OPERATOR, clock.wall())
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
        const record = records.get(id)
        if (!record || !isOpen(record)) return
        await records.put(afterFailure(record, failure, clock.wall()))
        tell()
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

const REFUSED_BY_OPERATOR = { code: 'removed_here', reason: 'an operator of this server refused it' }
