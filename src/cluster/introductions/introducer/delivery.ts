import pLimit from 'p-limit'
import { Check } from 'typebox/value'
import type { Remote } from '../../../remote/client.ts'
import type { EventLog } from '../../../schemas/event.ts'
import type { Card } from '../../../schemas/joining/card.ts'
import { WithdrawReply, type WithdrawResult } from '../../../schemas/joining/introduction.ts'
import type { Member } from '../../../schemas/peer.ts'
import type { Store } from '../../../store/store.ts'
import type { Cluster } from '../../liveness/liveness.ts'
import { targetOf } from '../../peers/transport.ts'
import type { Mail } from './mail.ts'
import { CARDS_OF_A_PAGE, pagesOf } from './pages.ts'

export interface DeliveryOptions {
  members: Pick<Store['members'], 'get'>
  mail: Mail
  cluster: Pick<Cluster, 'onChange' | 'onAnswer'>
  remote: Pick<Remote, 'request' | 'deadlines'>
  events: EventLog
  onFault: (error: unknown) => void
}

const AT_ONCE = 8
const MAX_BYTES = 65_536

export const canBeTold = ({ state, features }: Member) => state === 'active' && features.includes('introduce')

/** Brings members what they are to be told: at once, and whoever was away at its next sign of life. */
export function createDelivery({ members, mail, cluster, remote, events, onFault }: DeliveryOptions) {
  const atOnce = pLimit(AT_ONCE)
  const underWay = new Map<string, Promise<void>>()
  /** While an operator waits for it: which members have put that server out by now, or have asked their operator. */
  const awaited = new Map<string, Set<string>>()
  const ends = [
    cluster.onChange(({ id, verdict }) => {
      if (verdict === 'online') deliver(id).catch(onFault)
    }),
    // One that was away for moments was online all the while, and has not heard what was sent meanwhile.
    cluster.onAnswer(({ id }, { ok }) => {
      if (ok && mail.get(id) && !underWay.has(id)) deliver(id).catch(onFault)
    })
  ]

  function deliver(memberId: string): Promise<void> {
    const known = underWay.get(memberId)
    if (known) return known.then(() => deliver(memberId))
    if (!mail.get(memberId)) return Promise.resolve()
    const delivering = atOnce(() => deliverNow(memberId)).finally(() => underWay.delete(memberId))
    underWay.set(memberId, delivering)
    return delivering
  }

  async function deliverNow(memberId: string): Promise<void> {
    const member = members.get(memberId)
    const { subjects, withdrawn } = mail.get(memberId) ?? {}
    if (!member || !subjects || !canBeTold(member)) return
    if (withdrawn && !(await takeBack(member, withdrawn))) return
    const ready = subjects.flatMap((id) => {
      const { card, state } = members.get(id) ?? {}
      return card && state === 'active' ? [{ id, card }] : []
    })
    for (const page of pagesOf(ready)) {
      if (!(await introduce(member, page))) return
      const told = page.map(({ id }) => id)
      await mail.told(memberId, told)
    }
  }

  async function introduce(member: Member, page: readonly { card: Card }[]): Promise<boolean> {
    const body = { cards: page.map(({ card }) => card), reason: 'an operator introduced them' }
    const answer = await send(member, '/api/cluster/introductions', body)
    if (answer?.status !== 200) return false
    const { name: peer, id: peer_id } = member
    const servers = page.length
    events.publish({
      ...{ type: 'introduction.sent', peer, peer_id, facts: { servers } },
      reason: `told of ${servers} ${servers === 1 ? 'server' : 'servers'}`
    })
    return true
  }

  async function takeBack(member: Member, nodeIds: readonly string[]): Promise<boolean> {
    for (let from = 0; from < nodeIds.length; from += CARDS_OF_A_PAGE) {
      const node_ids = nodeIds.slice(from, from + CARDS_OF_A_PAGE)
      const answer = await send(member, '/api/cluster/withdraw', { node_ids, reason: 'removed from the whole cluster' })
      if (answer?.status !== 200) return false
      for (const { node_id, state } of resultsIn(answer.text))
        if (state !== 'unknown') awaited.get(node_id)?.add(member.name)
    }
    await mail.tookBack(member.id, nodeIds)
    return true
  }

  const send = (member: Member, path: string, body: unknown) =>
    remote
      .request(targetOf(member), {
        ...{ method: 'POST' as const, path, body },
        ...{ deadlineMs: remote.deadlines.requestMs, maxBytes: MAX_BYTES }
      })
      .catch(() => undefined)

  return {
    deliver,
    /** Tells those that a server is taken back, which is noted; gives the names of those who took it back by now. */
    async deliverWithdrawal(nodeId: string, memberIds: readonly string[]): Promise<string[]> {
      const told = awaited.get(nodeId) ?? new Set()
      awaited.set(nodeId, told)
      await Promise.allSettled(memberIds.map(deliver))
      awaited.delete(nodeId)
      return [...told].sort()
    },
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
