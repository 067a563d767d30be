import { TooManyQuestions } from '../errors/members.ts'
import { BadRequest } from '../errors/requests.ts'
import type { Silence } from '../schemas/alerts/silence.ts'
import { parseDuration } from '../schemas/duration.ts'
import type { EventLog } from '../schemas/event.ts'
import { type AbsenceNotice, LONGEST_MAINTENANCE_MS } from '../schemas/opinions/absence.ts'
import type { Silences } from './silences.ts'
import { plain, time } from './words.ts'

export interface AbsenceOptions {
  silences: Silences
  events: Pick<EventLog, 'publish'>
  /** How long one that said that it stops may be away, as a duration. */
  grace: () => string
  /** False when that peer has said too much of late. */
  mayTell: (peerId: string) => boolean
  tellPeers: (notice: AbsenceNotice) => Promise<void>
  now: () => number
}

/** Said again with each contact: the time that is left is then another one by what the way takes. */
const SAME_MS = 10_000
const NOTICES_A_MINUTE = 30

/** What peers say of themselves before they are away, and what this server says to them. */
export function createAbsences({ silences, events, grace, mayTell, tellPeers, now }: AbsenceOptions) {
  /** The maintenance of this server that its peers know of. */
  function ongoing(): AbsenceNotice | undefined {
    const announced = silences.current().filter(({ everywhere }) => everywhere)
    const last = announced.toSorted((a, b) => b.until - a.until)[0]
    return last && noticeOf(last)
  }

  const noticeOf = ({ until, reason }: Silence): AbsenceNotice => ({
    ...{ why: 'maintenance', for_s: Math.max(0, Math.ceil((until - now()) / 1_000)) },
    ...(reason !== undefined && { reason })
  })

  return {
    ongoing,
    /** @throws BadRequest where it is not this server's own, or too long */
    assertOwn(serverId: string | undefined, ms: number): void {
      if (serverId !== 'self')
        throw new BadRequest('everywhere: only of the server that is asked; ask that server itself')
      if (ms > LONGEST_MAINTENANCE_MS) throw new BadRequest('for: at most 7d with everywhere')
    },
    /** Peers hear what is left of it, also when one of several ends. */
    tell: (): Promise<void> => tellPeers(ongoing() ?? { why: 'maintenance', for_s: 0 }),
    /** @throws TooManyQuestions */
    async hear(peer: { id: string; name: string }, notice: AbsenceNotice): Promise<void> {
      if (!mayTell(peer.id)) throw new TooManyQuestions(NOTICES_A_MINUTE)
      const { why, for_s = 0 } = notice
      if (why === 'maintenance' && for_s === 0) {
        if (await silences.retract(why, peer.id)) publish(peer, 'its maintenance is over')
        return
      }
      const until = now() + (why === 'stop' ? (parseDuration(grace()) ?? 0) : for_s * 1_000)
      const known = silences.ofPeer(why, peer.id)
      if (why === 'maintenance' && known && Math.abs(known.until - until) < SAME_MS) return
      const said = notice.reason === undefined ? '' : plain(notice.reason)
      const reason = why === 'stop' ? 'its agent was stopped' : said || 'maintenance'
      await silences.announced(why, peer.id, { server: peer.name, until: Math.round(until), by: peer.name, reason })
      publish(
        peer,
        why === 'stop' ? 'its agent stops' : `in maintenance until ${time(until, now())}${said && `: ${said}`}`
      )
    }
  }

  function publish({ id, name }: { id: string; name: string }, reason: string): void {
    events.publish({ type: 'peer.absence', peer: name, peer_id: id, reason })
  }
}
