import { isAgentError } from '../../remote/answers/refusal.ts'
import type { Remote } from '../../remote/client.ts'
import type { RemoteAnswer } from '../../remote/target.ts'
import type { Departure } from '../../schemas/joining/records.ts'
import type { Member } from '../../schemas/peer.ts'
import type { Collection } from '../../store/collection.ts'
import { targetOf } from '../peers/transport.ts'
import { dutyOf } from './lifetimes.ts'

interface DeparturesOptions {
  departures: Collection<Departure>
  remote: Pick<Remote, 'request' | 'forget' | 'deadlines'>
  now: () => number
}

/** A removed server stays removed, also when somebody introduces it. How many are remembered is bounded; for how long is not. */
const MOST_REMEMBERED = 10_000
/** All connections of a peer that was removed have ended within a second. */
const FAREWELL_MS = 700

/** The peers that were removed here: each is told, again and again for a day, and remembered. */
export function createDepartures({ departures, remote, now }: DeparturesOptions) {
  async function attend(departure: Departure): Promise<void> {
    const duty = dutyOf(departure, now())
    if (duty === 'stop telling' || (duty === 'tell' && (await isTold(departure))))
      await departures.put(withoutNotice(departure))
  }

  async function isTold({ id, notice, removedBy, removedAt }: Departure): Promise<boolean> {
    if (!notice) return true
    // What it opened itself is the only way to it, and ends now.
    const isLast = notice.via === 'links'
    const answer = await remote
      .request(
        { id, ...notice },
        {
          method: 'POST',
          path: '/api/cluster/leave',
          body: { removed_by: removedBy, removed_at: removedAt },
          deadlineMs: isLast ? FAREWELL_MS : remote.deadlines.requestMs,
          maxBytes: 16_384
        }
      )
      .catch(() => undefined)
    remote.forget(id)
    return isLast || (answer !== undefined && isNoted(answer))
  }

  return {
    /** Written before the member goes: a crash in between is found by `tidy`. */
    put: (departure: Departure) => departures.put(departure),
    all: departures.all,
    attend,
    /** Drops the oldest where there are too many. */
    async trim(): Promise<void> {
      const tooMany = departures.all().slice(0, Math.max(0, departures.all().length - MOST_REMEMBERED))
      if (tooMany.length > 0) await departures.deleteAll(tooMany.map(({ id }) => id))
    }
  }
}

/** The departure of a member, with what it takes to tell it where it can be told. */
export function departureOf(member: Member, removedBy: string, removedAt: string): Departure {
  const { id, name, nodeId, card, url, transport, pins, credential, features } = member
  const { via } = targetOf(member)
  const tell = member.state !== 'removed' && features.includes('leave')
  return {
    id,
    name,
    removedAt,
    removedBy,
    ...(nodeId !== undefined && { nodeId }),
    ...(card && { identity: card.identity }),
    ...(tell && { notice: { url, transport, pins, credential: credential.sealed, ...(via && { via }) } })
  }
}

/** Told, or it does not know us any more: either way there is nothing left to say. */
const isNoted = (answer: RemoteAnswer) =>
  answer.status === 200 || (/^40[134]$/.test(String(answer.status)) && isAgentError(answer))

function withoutNotice({ notice: _, ...departure }: Departure): Departure {
  return departure
}
