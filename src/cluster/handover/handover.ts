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
import { OPPOSITE, type Phase, placeOf, subjectsOf } from './subjects.ts'
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

type Problems = AlertMessage['problems']

/** `by`: the member that has told it. Else this server tells; `rest` is what nobody has told, where others told a part. */
export type Turn = { by: string } | { by: undefined; rest?: Problems }

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

  /** Who of them has told a thing since then, by name. */
  function heardFrom(all: readonly Ear[], place: string, phase: Phase, from: number) {
    const heard = all.map(({ member, digest }) => ({ member, digest, target: digest('target', place) }))
    const opposite = OPPOSITE[phase]
    const latest = (incident: string): Said | undefined => {
      const own = sentHere.get(`${place} ${incident}`)
      const theirs = heard.map(({ member, digest, target }) => told.of(member.id, target, digest('incident', incident)))
      return [own, ...theirs].reduce((one, other) => (other && (!one || other.at > one.at) ? other : one), undefined)
    }
    return (thing: string): string | undefined => {
      const said = latest(`${phase} ${thing}`)
      if (!said || said.at < from) return undefined
      // Whoever told its end since then, or its new beginning, made that worthless.
      const since = opposite && latest(`${opposite} ${thing}`)
      return since && since.at > said.at ? undefined : said.by
    }
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
      const { phase, things, problems } = subjects
      const place = placeOf(target)
      const all = ears()
      const asked = clock.now()
      // What was said before this began is about something else; others may have noticed it somewhat earlier.
      const begun = Math.min(...message.problems.map(({ since }) => Date.parse(since)))
      const from = asked - (phase === 'reminder' ? REMINDER_MS : clock.wall() - begun + EARLIER_MS)
      const toldBy = heardFrom(all, place, phase, from)
      let others: string[] | undefined
      for (;;) {
        const [first, ...left] = things.filter((thing) => toldBy(thing) === undefined)
        if (first === undefined) return { by: toldBy(things[0] ?? '') ?? '' }
        others ??= await sharers(all, place)
        // One thing decides: who sees more or less of what fell together stands in the same line.
        const waitMs = asked + waitOf(self.nodeId(), others, `${phase} ${first}`) - clock.now()
        if (waitMs > 0) await news(waitMs, signal)
        else if (left.length + 1 === things.length) return { by: undefined }
        else return { by: undefined, rest: [first, ...left].flatMap((thing) => problems.get(thing) ?? []) }
      }
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

  /** Waits until something is told, but no longer than that. */
  function news(longestMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    return new Promise((resolve, reject) => {
      const ends = [after(clock, longestMs, () => done(resolve)), told.onNoted(() => done(resolve))]
      const leave = () => done(() => reject(signal.reason))
      signal.addEventListener('abort', leave, { once: true })
      function done(how: () => void): void {
        for (const end of ends) end()
        signal.removeEventListener('abort', leave)
        how()
      }
    })
  }
}
