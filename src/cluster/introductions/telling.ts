import pLimit from 'p-limit'
import { Check } from 'typebox/value'
import type { Clock } from '../../../machines/clock.ts'
import { PeerUnknown } from '../../errors/members.ts'
import type { Remote } from '../../remote/client.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { Card } from '../../schemas/joining/card.ts'
import {
  type IntroduceReply,
  type Outbox,
  WithdrawReply,
  type WithdrawResult
} from '../../schemas/joining/introduction.ts'
import type { Member } from '../../schemas/peer.ts'
import type { Collection } from '../../store/collection.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { targetOf } from '../peers/transport.ts'
import { CARDS_OF_A_PAGE, pagesOf } from './pages.ts'

interface TellingOptions {
  store: Pick<Store, 'members'>
  outbox: Collection<Outbox>
  cluster: Pick<Cluster, 'peer' | 'onChange' | 'onAnswer'>
  remote: Pick<Remote, 'request' | 'deadlines'>
  events: EventLog
  clock: Pick<Clock, 'wall'>
  onFault: (error: unknown) => void
}

const AT_ONCE = 8
const KEPT_FOR_MS = 7 * 24 * 3_600_000
const MAX_BYTES = 65_536
const PLAIN = 'plain FlatRun needs its own invite'

export type Telling = ReturnType<typeof createTelling>

/**
 * The introducer's side: members are told of each other because an operator wanted it, once, and then never again. Who
 * cannot be reached is told at its next sign of life. What is passed on are cards, which hold nothing secret.
 */
export function createTelling({ store: { members }, outbox, cluster, remote, events, clock, onFault }: TellingOptions) {
  const atOnce = pLimit(AT_ONCE)
  const oneAtATime = pLimit(1)
  const underWay = new Map<string, Promise<void>>()
  const ends = [
    cluster.onChange(({ id, verdict }) => {
      if (verdict === 'online') deliver(id).catch(onFault)
    }),
    // One that was away for moments was online all the while, and has not heard what was sent meanwhile.
    cluster.onAnswer(({ id }, { ok }) => {
      if (ok && outbox.get(id) && !underWay.has(id)) deliver(id).catch(onFault)
    })
  ]

  const canBeTold = ({ state, features }: Member) => state === 'active' && features.includes('introduce')

  /** Notes that those are to be told of each other, and begins to. */
  async function note(pairs: readonly { told: string; of: string }[]): Promise<void> {
    const until = new Date(clock.wall() + KEPT_FOR_MS).toISOString()
    const targets = [...new Set(pairs.map(({ told }) => told))]
    await oneAtATime(() =>
      outbox.putAll(
        targets.map((id) => {
          const subjects = pairs.flatMap(({ told, of }) => (told === id ? [of] : []))
          const { subjects: before = [], withdrawn } = outbox.get(id) ?? {}
          return { id, subjects: [...new Set([...before, ...subjects])], until, ...(withdrawn && { withdrawn }) }
        })
      )
    )
    for (const id of targets) deliver(id).catch(onFault)
  }

  /** An operator's act: the named ones and all others are told of each other. */
  async function introduce(names: readonly string[] | undefined): Promise<IntroduceReply> {
    const named = names?.map((name) => {
      const member = members.byName(name)
      if (!member) throw new PeerUnknown(name)
      return member
    })
    const able = members.all().filter(canBeTold)
    const chosen = new Set((named ?? able).filter(canBeTold).map(({ id }) => id))
    const pairs = able.flatMap(({ id: told }) =>
      able.flatMap(({ id: of }) => (told !== of && (chosen.has(told) || chosen.has(of)) ? [{ told, of }] : []))
    )
    await note(pairs)
    const left = (named ?? members.all()).filter((member) => !canBeTold(member))
    return {
      introduced: able.filter(({ id }) => chosen.has(id)).map(({ name }) => name),
      not_introduced: left.map((member) => ({ name: member.name, reason: whyNot(member) }))
    }
  }

  /** A new member whose invite said so: it and all others are told of each other. */
  async function begin(memberId: string): Promise<void> {
    const member = members.get(memberId)
    if (!member?.introduce || !member.card || member.state !== 'active') return
    const others = members.all().filter((other) => other.id !== memberId && canBeTold(other))
    await note(
      others.flatMap(({ id }) => [
        { told: id, of: memberId },
        { told: memberId, of: id }
      ])
    )
    await members.change(memberId, ({ introduce: _, ...rest }) => rest)
  }

  /** A member's card has come or changed: it can be told of others, and others of it. */
  async function carded(memberId: string): Promise<void> {
    await begin(memberId)
    for (const { id, subjects } of outbox.all())
      if (subjects.includes(memberId) && isOnline(id)) deliver(id).catch(onFault)
  }

  const isOnline = (id: string) => cluster.peer(id)?.verdict === 'online'

  function deliver(memberId: string): Promise<void> {
    const known = underWay.get(memberId)
    if (known) return known.then(() => deliver(memberId))
    if (!outbox.get(memberId)) return Promise.resolve()
    const delivering = atOnce(() => deliverNow(memberId)).finally(() => underWay.delete(memberId))
    underWay.set(memberId, delivering)
    return delivering
  }

  async function deliverNow(memberId: string): Promise<void> {
    const member = members.get(memberId)
    const mail = outbox.get(memberId)
    if (!member || !mail || !canBeTold(member)) return
    if (mail.withdrawn && !(await takeBack(member, mail.withdrawn))) return
    const ready = mail.subjects.flatMap((id) => {
      const { card, state } = members.get(id) ?? {}
      return card && state === 'active' ? [{ id, card }] : []
    })
    for (const page of pagesOf(ready)) {
      if (!(await post(member, page))) return
      await forget(
        memberId,
        page.map(({ id }) => id)
      )
    }
  }

  async function post(member: Member, page: readonly { card: Card }[]): Promise<boolean> {
    const body = { cards: page.map(({ card }) => card), reason: 'an operator introduced them' }
    const answer = await send(member, '/api/cluster/introductions', body)
    if (answer?.status !== 200) return false
    const { name, id } = member
    const facts = { servers: page.length }
    events.publish({
      type: 'introduction.sent',
      peer: name,
      peer_id: id,
      facts,
      reason: `told of ${page.length} servers`
    })
    return true
  }

  /** While an operator waits for it: which members have put that server out by now, or have asked their operator. */
  const awaited = new Map<string, Set<string>>()

  async function takeBack(member: Member, nodeIds: readonly string[]): Promise<boolean> {
    for (let from = 0; from < nodeIds.length; from += CARDS_OF_A_PAGE) {
      const node_ids = nodeIds.slice(from, from + CARDS_OF_A_PAGE)
      const answer = await send(member, '/api/cluster/withdraw', { node_ids, reason: 'removed from the whole cluster' })
      if (answer?.status !== 200) return false
      for (const { node_id, state } of resultsIn(answer.text))
        if (state !== 'unknown') awaited.get(node_id)?.add(member.name)
    }
    await oneAtATime(async () => {
      const mail = outbox.get(member.id)
      const { withdrawn, ...rest } = mail ?? { id: member.id, subjects: [], until: '' }
      const left = withdrawn?.filter((nodeId) => !nodeIds.includes(nodeId)) ?? []
      if (left.length > 0) await outbox.put({ ...rest, withdrawn: left })
      else if (rest.subjects.length > 0) await outbox.put(rest)
      else await outbox.delete(member.id)
    })
    return true
  }

  const othersThan = (nodeId: string) => members.all().filter((member) => canBeTold(member) && member.nodeId !== nodeId)

  /** Everybody is to be told that it was taken out, whoever is away at its next sign of life. */
  async function noteWithdrawal(nodeId: string): Promise<void> {
    const until = new Date(clock.wall() + KEPT_FOR_MS).toISOString()
    const targets = othersThan(nodeId)
    await oneAtATime(() =>
      outbox.putAll(
        targets.map(({ id }) => {
          const { subjects = [], withdrawn = [] } = outbox.get(id) ?? {}
          return { id, subjects, withdrawn: [...new Set([...withdrawn, nodeId])], until }
        })
      )
    )
  }

  /** Tells those who are there; gives the names of those who took it back by now. */
  async function deliverWithdrawal(nodeId: string): Promise<string[]> {
    const there = othersThan(nodeId).filter(({ id }) => isOnline(id))
    const told = awaited.get(nodeId) ?? new Set()
    awaited.set(nodeId, told)
    await Promise.allSettled(there.map(({ id }) => deliver(id)))
    awaited.delete(nodeId)
    return [...told].sort()
  }

  const send = (member: Member, path: string, body: unknown) =>
    remote
      .request(targetOf(member), {
        ...{ method: 'POST' as const, path, body },
        ...{ deadlineMs: remote.deadlines.requestMs, maxBytes: MAX_BYTES }
      })
      .catch(() => undefined)

  const forget = (memberId: string, told: readonly string[]) =>
    oneAtATime(async () => {
      const mail = outbox.get(memberId)
      const subjects = mail?.subjects.filter((id) => !told.includes(id)) ?? []
      if (mail && (subjects.length > 0 || mail.withdrawn)) await outbox.put({ ...mail, subjects })
      else await outbox.delete(memberId)
    })

  return {
    introduce,
    noteWithdrawal,
    deliverWithdrawal,
    carded,
    /** Run at start and each minute. */
    async tidy(): Promise<void> {
      for (const { id } of members.all().filter(({ introduce }) => introduce)) await begin(id)
      for (const { id, subjects, until } of outbox.all()) {
        const gone = subjects.filter((one) => !members.get(one))
        if (!members.get(id) || Date.parse(until) <= clock.wall()) await oneAtATime(() => outbox.delete(id))
        else if (gone.length > 0) await forget(id, gone)
        if (isOnline(id)) deliver(id).catch(onFault)
      }
    },
    /** How many are still to be told of others. */
    waiting: () => outbox.all().length,
    stop(): void {
      for (const end of ends) end()
    }
  }
}

function resultsIn(text: string): readonly WithdrawResult[] {
  try {
    const reply: unknown = JSON.parse(text)
    return Check(WithdrawReply, reply) ? reply.results : []
  } catch {
    return []
  }
}

function whyNot({ state, features }: Member): string {
  if (features.length === 0) return PLAIN
  if (state !== 'active') return 'it is no active member'
  return 'its version cannot be introduced; upgrade it'
}
