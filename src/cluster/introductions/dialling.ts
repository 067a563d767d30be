import type { Clock } from '../../../machines/clock.ts'
import type { Remote } from '../../remote/client.ts'
import type { Card } from '../../schemas/joining/card.ts'
import type { Member } from '../../schemas/peer.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import type { Rotation } from '../membership/keys/key-rotation.ts'
import { targetOf } from '../peers/transport.ts'
import { type createAsking, NotPaired } from './asking.ts'
import type { Introductions } from './introductions.ts'
import { createPace } from './pace.ts'

interface DiallingOptions {
  store: Pick<Store, 'members'>
  introductions: Introductions
  ask: ReturnType<typeof createAsking>
  cluster: Pick<Cluster, 'peer' | 'onChange' | 'onLeft'>
  remote: Pick<Remote, 'request' | 'deadlines'>
  rotation: Pick<Rotation, 'renew'>
  clock: Clock
  onFault: (error: unknown) => void
}

const AT_ONCE = 8
/** A member that refuses our keys is asked for new ones no more often. */
const RENEW_EVERY_MS = 600_000
const SMALL = 16_384

/**
 * Joins those who were introduced, each when its time has come, and makes new keys with members that refuse the old ones.
 * What it knows of time is in the journal, so it goes on after a stop where it was.
 */
export function createDialling(options: DiallingOptions) {
  const { store, introductions, ask, cluster, remote, rotation, clock, onFault } = options
  const { members } = store
  const pace = createPace({ most: AT_ONCE, slowMs: remote.deadlines.requestMs / 2, now: clock.now })
  const stopping = new AbortController()
  const renewed = new Map<string, number>()
  let timer: unknown
  let begun = false

  introductions.onChange(plan)
  const ends = [
    cluster.onLeft((id) => void renewed.delete(id)),
    cluster.onChange(({ id, verdict }) => {
      if (verdict === 'rejected') renew(id)
    })
  ]

  /** Begins what is due, and sleeps until the next is. */
  function plan(): void {
    if (!begun || stopping.signal.aborted) return
    clock.clearTimeout(timer)
    const planned = introductions.planned()
    const now = clock.wall()
    for (const { id, at } of planned) if (at <= now) dial(id)
    const next = Math.min(...planned.filter(({ at }) => at > now).map(({ at }) => at))
    if (Number.isFinite(next)) timer = clock.setTimeout(plan, Math.min(next - now, RENEW_EVERY_MS))
  }

  function dial(id: string): void {
    introductions.began(id)
    pace
      .run(async () => {
        const record = introductions.get(id)
        if (stopping.signal.aborted) return
        if (!record || isMember(record.card)) return introductions.ended(id)
        const member = await joined(record.card)
        if (!(member instanceof NotPaired)) return introductions.ended(id)
        if (!stopping.signal.aborted) await introductions.failed(id, member.failure)
      })
      .catch(onFault)
  }

  const isMember = ({ identity }: Card) =>
    members.all().some(({ state, card }) => state === 'active' && card?.identity === identity)

  /** The new member, confirmed, with keys that no recorded message leads to; or why there is none. */
  async function joined(card: Card): Promise<Member | NotPaired> {
    try {
      const member = await ask(card, stopping.signal)
      // Who asks for new keys shows that it has stored the first ones. What is left undone is done by `tidy`.
      await rotation
        .renew(member.id, { mutual: true, atOnce: true })
        .catch(() => confirm(member))
        .catch(() => {})
      return member
    } catch (error) {
      if (error instanceof NotPaired) return error
      onFault(error)
      return new NotPaired({ code: 'internal', reason: 'it failed for a reason that is in the log of this server' })
    }
  }

  async function confirm(member: Member): Promise<void> {
    await remote.request(targetOf(member), {
      ...{ method: 'POST', path: '/api/cluster/confirm', body: { exchange_id: member.exchangeId } },
      ...{ deadlineMs: remote.deadlines.requestMs, maxBytes: SMALL, signal: stopping.signal }
    })
  }

  /** It was put back from a backup, or we were: the two know each other still, and make new keys. */
  function renew(memberId: string): void {
    const member = members.get(memberId)
    const last = renewed.get(memberId)
    if (!member?.card?.features.includes('introduce') || member.state !== 'active') return
    if (last !== undefined && clock.now() - last < RENEW_EVERY_MS) return
    renewed.set(memberId, clock.now())
    const { card } = member
    pace.run(() => joined(card)).catch(onFault)
  }

  return {
    start(): void {
      begun = true
      plan()
    },
    /** Run each minute. */
    tidy(): void {
      for (const { id, state, credential, renewKeysOf } of members.all()) {
        if (cluster.peer(id)?.verdict === 'rejected') renew(id)
        else if (state === 'active' && renewKeysOf === credential.since)
          pace.run(() => rotation.renew(id, { mutual: false, atOnce: true })).catch(() => {})
      }
      plan()
    },
    stop(): void {
      stopping.abort()
      clock.clearTimeout(timer)
      for (const end of ends) end()
    }
  }
}
