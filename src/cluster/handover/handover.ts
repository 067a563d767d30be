import pLimit from 'p-limit'
import type { Clock } from '../../../machines/clock.ts'
import type { AlertMessage } from '../../schemas/alerts/alert.ts'
import type { AlertTarget } from '../../schemas/alerts/alert-target.ts'
import { type PeerHealth, UP } from '../../schemas/health.ts'
import type { ToldReply, ToldRequest } from '../../schemas/opinions/told.ts'
import type { Member } from '../../schemas/peer.ts'
import type { SealingKey } from '../../security/sealing.ts'
import { createAllowance } from '../membership/allowance.ts'
import { createEars, type Ear } from './ears.ts'
import { OPPOSITE, type Phase, placeOf, subjectsOf } from './subjects.ts'
import { createKnown, createTold, later, type Said, tellerOf } from './told.ts'
import { waitOf } from './who-sends.ts'

export interface HandoverOptions {
  self: { nodeId(): string }
  members: { all(): readonly Member[]; get(id: string): Member | undefined }
  /** How members are. */
  peer: (id: string) => Pick<PeerHealth, 'verdict' | 'opinions'> | undefined
  identity: () => SealingKey
  /** The targets of this server now. */
  targets: () => readonly AlertTarget[]
  /** Says it to one member, and hears whether that one has the target too. Undefined where it gave no answer. */
  tell: (memberId: string, said: ToldRequest) => Promise<ToldReply | undefined>
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
export function createHandover({ self, members, peer, identity, targets, tell, clock }: HandoverOptions) {
  const told = createTold(clock)
  const known = createKnown(clock)
  const ears = createEars(members, identity)
  const mayTell = createAllowance({ perMinute: 120 })
  const atOnce = pLimit(AT_ONCE)

  const nodeOf = (peerId: string | undefined, name: string): string => {
    if (peerId === undefined) return self.nodeId()
    return members.get(peerId)?.nodeId ?? `named ${name.toLowerCase()}`
  }
  const isUp = (id: string) => UP.has(peer(id)?.verdict ?? 'unknown')

  /** The nodes that would send it too. Each of them says what it knows to be told already. */
  async function sharers(all: readonly Ear[], place: string, incidents: readonly string[]): Promise<string[]> {
    const asked = await atOnce.map(all, async ({ member, digest }): Promise<string[]> => {
      const { id, nodeId } = member
      const it = nodeId === undefined ? [] : [nodeId]
      // One that others reach may stand in line as well: if it does not, its turn is no more than a wait.
      if (!isUp(id)) return peer(id)?.opinions?.scope === 'here_only' ? it : []
      const target = digest('target', place)
      const reply = await tell(id, { target, asks: incidents.map((one) => digest('incident', one)) })
      if (reply?.shares) told.noteAnswer(member, target, reply.told)
      return reply?.shares ? it : []
    })
    return asked.flat()
  }

  /** Who of them has told a thing since then. */
  function heardFrom(all: readonly Ear[], place: string, { phase, from }: { phase: Phase; from: number }) {
    const theirs = told.among(all, place)
    const latest = (incident: string) => later(known.of(place, incident), theirs(incident))
    return (thing: string): Said | undefined => {
      const said = tellerOf(latest, { phase, thing, from })
      if (said) known.set(place, `${phase} ${thing}`, said)
      return said
    }
  }

  return {
    /** Whether that target is this server's too, and what another one says of it. */
    hear(from: Member, said: ToldRequest): ToldReply {
      // A peer that asks too often gets no answer, and is not believed.
      const ear = mayTell(from.id) ? ears.of(from) : undefined
      if (!ear) return { shares: false }
      const place = targets()
        .map(placeOf)
        .find((one) => ear.digest('target', one) === said.target)
      if (place === undefined) return { shares: false }
      told.note(from, said)
      if (said.asks === undefined) return { shares: true }
      return { shares: true, told: known.among(said.asks, place, (thing) => ear.digest('incident', thing)) }
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
      const heard = heardFrom(all, place, { phase, from })
      const asks = incidentsOf(phase, things)
      let others: string[] | undefined
      for (;;) {
        const [first, ...left] = things.filter((thing) => !heard(thing))
        if (first === undefined) return { by: heard(things[0] ?? '')?.by ?? '' }
        if (!others) {
          others = await sharers(all, place, asks)
          continue
        }
        // One thing decides: who sees more or less of what fell together stands in the same line.
        const dueAt = asked + waitOf(self.nodeId(), others, `${phase} ${first}`)
        if (dueAt > clock.now()) {
          await told.news(dueAt - clock.now(), signal)
          // Whoever sent it may reach all but this server: they are asked before it is sent again.
          if (dueAt <= clock.now()) await sharers(all, place, asks)
        } else if (left.length + 1 === things.length) return { by: undefined }
        else return { by: undefined, rest: [first, ...left].flatMap((thing) => problems.get(thing) ?? []) }
      }
    },

    /** It was sent: the others need not. */
    async sent(target: AlertTarget, message: AlertMessage): Promise<void> {
      const subjects = subjectsOf(message, nodeOf)
      if (!subjects) return
      const place = placeOf(target)
      const incidents = subjects.things.map((thing) => `${subjects.phase} ${thing}`)
      for (const incident of incidents) known.set(place, incident, { by: undefined, at: clock.now() })
      const up = ears.all().filter(({ member }) => isUp(member.id))
      await atOnce.map(up, ({ member, digest }) => {
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

/** What was told of it, and of its end or its beginning, which makes that worthless. */
function incidentsOf(phase: Phase, things: readonly string[]): string[] {
  const phases = [phase, OPPOSITE[phase]].filter((one) => one !== undefined)
  return things.flatMap((thing) => phases.map((one) => `${one} ${thing}`))
}
