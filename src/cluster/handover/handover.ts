import pLimit from 'p-limit'
import type { Clock } from '../../../machines/clock.ts'
import type { AlertMessage } from '../../schemas/alerts/alert.ts'
import type { AlertTarget } from '../../schemas/alerts/alert-target.ts'
import type { ToldRequest } from '../../schemas/opinions/told.ts'
import type { Member } from '../../schemas/peer.ts'
import type { SealingKey } from '../../security/sealing.ts'
import { createAllowance } from '../membership/allowance.ts'
import { createEars, type Ear } from './ears.ts'
import { type Phase, placeOf, subjectsOf } from './subjects.ts'
import { createTold, tellerOf } from './told.ts'
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

/** Who else has told a reminder matters only until the next one. */
const REMINDER_MS = 600_000
/** Servers notice the same outage at their own times. */
const EARLIER_MS = 120_000
const AT_ONCE = 32

export type Handover = ReturnType<typeof createHandover>

/**
 * Of the servers that have the same target, one sends. All compute the same line from who is there and what it is about,
 * so nobody is elected. The next in line sends when it has heard nothing for its turn. A server that hears nothing sends:
 * in a split cluster both halves send, so a message may come twice and is never lost.
 */
export function createHandover({ self, members, isOnline, identity, targets, tell, clock }: HandoverOptions) {
  const told = createTold(clock)
  const ears = createEars(members, identity)
  const mayTell = createAllowance({ perMinute: 120 })
  const atOnce = pLimit(AT_ONCE)

  const nodeOf = (peerId: string | undefined, name: string): string => {
    if (peerId === undefined) return self.nodeId()
    return members.get(peerId)?.nodeId ?? `named ${name.toLowerCase()}`
  }
  const online = (all: readonly Ear[]) => all.filter(({ member }) => isOnline(member.id))

  /** The nodes that would send it too. */
  async function sharers(all: readonly Ear[], place: string): Promise<string[]> {
    const asked = await atOnce.map(online(all), async ({ member, digest }) =>
      (await tell(member.id, { target: digest('target', place) })) ? (member.nodeId ?? []) : []
    )
    return asked.flat()
  }

  return {
    /** Whether that target is this server's too, and what another one says of it. */
    hear(from: Member, said: ToldRequest): { shares: boolean } {
      // A peer that asks too often gets no answer, and is not believed.
      const ear = mayTell(from.id) ? ears.of(from) : undefined
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
      const all = ears.all()
      const asked = clock.now()
      const from = asked - countsForMs(phase, message, clock.wall())
      const latest = told.among(all, place)
      const toldBy = (thing: string) => tellerOf(latest, { phase, thing, from })
      let others: string[] | undefined
      for (;;) {
        const [first, ...left] = things.filter((thing) => toldBy(thing) === undefined)
        if (first === undefined) return { by: toldBy(things[0] ?? '') ?? '' }
        others ??= await sharers(all, place)
        // One thing decides: who sees more or less of what fell together stands in the same line.
        const waitMs = asked + waitOf(self.nodeId(), others, `${phase} ${first}`) - clock.now()
        if (waitMs > 0) await told.news(waitMs, signal)
        else if (left.length + 1 === things.length) return { by: undefined }
        else return { by: undefined, rest: [first, ...left].flatMap((thing) => problems.get(thing) ?? []) }
      }
    },

    /** It was sent: the others need not. */
    async sent(target: AlertTarget, message: AlertMessage): Promise<void> {
      const subjects = subjectsOf(message, nodeOf)
      if (!subjects) return
      const place = placeOf(target)
      const incidents = subjects.things.map((thing) => `${subjects.phase} ${thing}`)
      for (const incident of incidents) told.noteOwn(place, incident)
      await atOnce.map(online(ears.all()), ({ member, digest }) => {
        const [incident, ...also] = incidents.map((one) => digest('incident', one))
        return tell(member.id, { target: digest('target', place), ...(incident && { incident, also }) })
      })
    }
  }
}

/**
 * For how long what others told of it counts: what was said before it began is about something else, and others may have
 * noticed it somewhat earlier.
 */
function countsForMs(phase: Phase, { problems }: AlertMessage, wall: number): number {
  if (phase === 'reminder') return REMINDER_MS
  const begun = Math.min(...problems.map(({ since }) => Date.parse(since)))
  return wall - begun + EARLIER_MS
}
