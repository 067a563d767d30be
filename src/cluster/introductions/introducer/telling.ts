import type { Clock } from '../../../../machines/clock.ts'
import { PeerUnknown } from '../../../errors/members.ts'
import type { Remote } from '../../../remote/client.ts'
import type { EventLog } from '../../../schemas/event.ts'
import type { IntroduceReply, Outbox } from '../../../schemas/joining/introduction.ts'
import type { Member } from '../../../schemas/peer.ts'
import type { Collection } from '../../../store/collection.ts'
import type { Store } from '../../../store/store.ts'
import type { Cluster } from '../../liveness/liveness.ts'
import { canBeTold, createDelivery } from './delivery.ts'
import { createMail } from './mail.ts'

interface TellingOptions {
  store: Pick<Store, 'members'>
  outbox: Collection<Outbox>
  cluster: Pick<Cluster, 'peer' | 'onChange' | 'onAnswer'>
  remote: Pick<Remote, 'request' | 'deadlines'>
  events: EventLog
  clock: Pick<Clock, 'wall'>
  onFault: (error: unknown) => void
}

const PLAIN = 'plain FlatRun needs its own invite'

export type Telling = ReturnType<typeof createTelling>

/**
 * The introducer's side: members are told of each other because an operator wanted it, once, and then never again. What
 * is passed on are cards, which hold nothing secret.
 */
export function createTelling({ store: { members }, outbox, cluster, remote, events, clock, onFault }: TellingOptions) {
  const mail = createMail({ outbox, clock })
  const { deliver, deliverWithdrawal, stop } = createDelivery({ members, mail, cluster, remote, events, onFault })
  const isOnline = (id: string) => cluster.peer(id)?.verdict === 'online'
  const othersThan = (nodeId: string) => members.all().filter((member) => canBeTold(member) && member.nodeId !== nodeId)

  /** Notes whom each of those is to be told of, and begins to. */
  async function note(subjectsOf: ReadonlyMap<string, readonly string[]>): Promise<void> {
    await mail.add(subjectsOf)
    for (const id of subjectsOf.keys()) deliver(id).catch(onFault)
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
    const subjectsOf = (told: string) =>
      able.flatMap(({ id: of }) => (told !== of && (chosen.has(told) || chosen.has(of)) ? [of] : []))
    await note(new Map(able.map(({ id }) => [id, subjectsOf(id)])))
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
    const told = new Map(others.map(({ id }) => [id, [memberId]]))
    await note(told.set(memberId, [...told.keys()]))
    await members.change(memberId, ({ introduce: _, ...rest }) => rest)
  }

  return {
    introduce,

    /** Everybody is to be told that it was taken out, whoever is away at its next sign of life. */
    noteWithdrawal: (nodeId: string): Promise<void> =>
      mail.addWithdrawal(
        othersThan(nodeId).map(({ id }) => id),
        nodeId
      ),

    /** Tells those who are there; gives the names of those who took it back by now. */
    deliverWithdrawal: (nodeId: string): Promise<string[]> =>
      deliverWithdrawal(
        nodeId,
        othersThan(nodeId).flatMap(({ id }) => (isOnline(id) ? [id] : []))
      ),

    /** A member's card has come or changed: it can be told of others, and others of it. */
    async carded(memberId: string): Promise<void> {
      await begin(memberId)
      for (const { id, subjects } of mail.all())
        if (subjects.includes(memberId) && isOnline(id)) deliver(id).catch(onFault)
    },

    /** Run at start and each minute. */
    async tidy(): Promise<void> {
      for (const { id } of members.all().filter(({ introduce }) => introduce)) await begin(id)
      for (const { id, subjects, ...rest } of mail.all()) {
        const gone = subjects.filter((one) => !members.get(one))
        if (!members.get(id) || mail.isOver({ id, subjects, ...rest })) await mail.drop(id)
        else if (gone.length > 0) await mail.told(id, gone)
        if (isOnline(id)) deliver(id).catch(onFault)
      }
    },
    /** How many are still to be told of others. */
    waiting: () => mail.all().length,
    stop
  }
}

function whyNot({ state, features }: Member): string {
  if (features.length === 0) return PLAIN
  if (state !== 'active') return 'it is no active member'
  return 'its version cannot be introduced; upgrade it'
}
