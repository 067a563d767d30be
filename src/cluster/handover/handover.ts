import { LRUCache } from 'lru-cache'
import pLimit from 'p-limit'
import type { Clock } from '../../../machines/clock.ts'
import { after } from '../../clock.ts'
import type { AlertMessage } from '../../schemas/alerts/alert.ts'
import type { AlertTarget } from '../../schemas/alerts/alert-target.ts'
import type { ToldRequest } from '../../schemas/opinions/told.ts'
import type { Member } from '../../schemas/peer.ts'
import { pairDigests } from '../../security/identity.ts'
import type { SealingKey } from '../../security/sealing.ts'
import { createAllowance } from '../membership/allowance.ts'
import { OPPOSITE, placeOf, subjectsOf } from './subjects.ts'
import { createTold, type Said } from './told.ts'
import { waitOf } from './who-sends.ts'

export interface HandoverOptions {
  self: { nodeId(): string }
  members: { all(): readonly Member[]; get(id: string): Member | undefined }
  /** Members that could be told at this moment. */
  isOnline: (id: string) => boolean
  identity: () => SealingKey
  /** The targets of this server now. */
  targets: () => readonly AlertTarget[]
  /** Says it to one member; whether that one has the target too. Undefined where it gave no answer. */
  tell: (memberId: string, said: ToldRequest) => Promise<boolean | undefined>
  clock: Clock
}

/** `by`: the member that has told it; undefined: this server does. */
export type Turn = { by: string | undefined }

interface Ear {
  member: Member
  digest: (purpose: string, text: string) => string
}

/** Who else has told a reminder matters only until the next one. */
const REMINDER_MS = 600_000
/** Servers notice the same outage at their own times. */
const EARLIER_MS = 120_000
const AT_ONCE = 32
const MOST_SENT = 2_000
const MOST_DIGESTS = 10_000

export type Handover = ReturnType<typeof createHandover>

/**
 * One of those who have the same target sends. Which one follows from who is there and what it is about, so nobody is
 * elected; the next in line sends when nothing was heard for its turn. Whoever hears nothing sends: of a split cluster
 * both halves do, and never nobody.
 */
export function createHandover({ self, members, isOnline, identity, targets, tell, clock }: HandoverOptions) {
  const told = createTold(clock)
  const mayTell = createAllowance({ perMinute: 120 })
  const atOnce = pLimit(AT_ONCE)
  /** What this server told: it makes worthless what others said before. */
  const sentHere = new LRUCache<string, Said>({ max: MOST_SENT })
  /** By identity: each costs a key agreement. */
  const digests = new LRUCache<string, Ear['digest']>({ max: MOST_DIGESTS })

  /** Those whose word counts, each with the digests that only it and this server make. */
  const ears = (): Ear[] => members.all().flatMap((member) => earOf(member) ?? [])

  function earOf(member: Member): Ear | undefined {
    const { state, card, features } = member
    if (state !== 'active' || !card || !features.includes('told')) return undefined
    try {
      const digest = digests.get(card.identity) ?? pairDigests(identity(), card.identity)
      digests.set(card.identity, digest)
      return { member, digest }
    } catch {
      // An identity that is no key.
      return undefined
    }
  }

  const nodeOf = (peerId: string | undefined, name: string): string => {
    if (peerId === undefined) return self.nodeId()
    return members.get(peerId)?.nodeId ?? `named ${name.toLowerCase()}`
  }

  /** The nodes that would send it too. */
  async function sharers(all: readonly Ear[], place: string): Promise<string[]> {
    const there = all.filter(({ member }) => isOnline(member.id))
    const asked = await atOnce.map(there, async ({ member, digest }) =>
      (await tell(member.id, { target: digest('target', place) })) ? (member.nodeId ?? []) : []
    )
    return asked.flat()
  }

  return {
    /** Whether that target is this server's too, and what another one says of it. */
    hear(from: Member, said: ToldRequest): { shares: boolean } {
      // Whoever asks without end is told nothing, and believed nothing.
      const ear = mayTell(from.id) ? earOf(from) : undefined
      const shares = ear !== undefined && targets().some((one) => ear.digest('target', placeOf(one)) === said.target)
      if (shares) told.note(from, said)
      return { shares }
    },

    /** Waits for this server's turn. Rejects only when `signal` is aborted. */
    async turn(target: AlertTarget, message: AlertMessage, signal: AbortSignal): Promise<Turn> {
      const subjects = subjectsOf(message, nodeOf)
      if (!subjects) return { by: undefined }
      const { phase, things } = subjects
      const place = placeOf(target)
      const all = ears().map((ear) => ({ ...ear, target: ear.digest('target', place) }))
      const opposite = OPPOSITE[phase]
      // What was said before this began is about something else; others may have noticed it somewhat earlier.
      const begun = Math.min(...message.problems.map(({ since }) => Date.parse(since)))
      const from = clock.now() - (phase === 'reminder' ? REMINDER_MS : clock.wall() - begun + EARLIER_MS)
      const latest = (incident: string): Said | undefined => {
        const own = sentHere.get(`${place} ${incident}`)
        const theirs = all.map(({ member, digest, target }) => told.of(member.id, target, digest('incident', incident)))
        return [own, ...theirs].reduce((one, other) => (other && (!one || other.at > one.at) ? other : one), undefined)
      }
      const toldBy = (thing: string): string | undefined => {
        const said = latest(`${phase} ${thing}`)
        if (!said || said.at < from) return undefined
        // Whoever told its end since then, or its new beginning, made that worthless.
        const since = opposite && latest(`${opposite} ${thing}`)
        return since && since.at > said.at ? undefined : said.by
      }
      const heard = (): string | undefined => {
        const names = things.map(toldBy)
        return names.every((name) => name !== undefined) ? names[0] : undefined
      }
      const known = heard()
      if (known !== undefined) return { by: known }
      const waitMs = waitOf(self.nodeId(), await sharers(all, place), `${phase} ${things.join('\n')}`)
      return { by: await until(heard, waitMs, signal) }
    },

    /** It was sent: the others need not. */
    async sent(target: AlertTarget, message: AlertMessage): Promise<void> {
      const subjects = subjectsOf(message, nodeOf)
      if (!subjects) return
      const place = placeOf(target)
      for (const thing of subjects.things)
        sentHere.set(`${place} ${subjects.phase} ${thing}`, { by: undefined, at: clock.now() })
      const there = ears().filter(({ member }) => isOnline(member.id))
      await atOnce.map(there, ({ member, digest }) => {
        const [incident, ...also] = subjects.things.map((thing) => digest('incident', `${subjects.phase} ${thing}`))
        return tell(member.id, { target: digest('target', place), ...(incident && { incident, also }) })
      })
    }
  }

  async function until(
    heard: () => string | undefined,
    waitMs: number,
    signal: AbortSignal
  ): Promise<string | undefined> {
    signal.throwIfAborted()
    const known = heard()
    if (known !== undefined || waitMs === 0) return known
    return new Promise((resolve, reject) => {
      const ends = [
        after(clock, waitMs, () => done(() => resolve(undefined))),
        told.onNoted(() => {
          const by = heard()
          if (by !== undefined) done(() => resolve(by))
        }),
        () => signal.removeEventListener('abort', leave)
      ]
      function leave(): void {
        done(() => reject(signal.reason))
      }
      signal.addEventListener('abort', leave, { once: true })
      function done(how: () => void): void {
        for (const end of ends) end()
        how()
      }
    })
  }
}
