import type { Clock } from '../../../machines/clock.ts'
import { after } from '../../clock.ts'
import type { AlertMessage } from '../../schemas/alert.ts'
import type { AlertTarget } from '../../schemas/alert-target.ts'
import type { ToldRequest } from '../../schemas/opinions/told.ts'
import type { Member } from '../../schemas/peer.ts'
import { pairDigests } from '../../security/identity.ts'
import type { SealingKey } from '../../security/sealing.ts'
import { OPPOSITE, placeOf, subjectsOf } from './subjects.ts'
import { createTold } from './told.ts'
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

export type Handover = ReturnType<typeof createHandover>

/**
 * One of those who have the same target sends. Which one follows from who is there and what it is about, so nobody is
 * elected; the next in line sends when nothing was heard for its turn. Whoever hears nothing sends: of a split cluster
 * both halves do, and never nobody.
 */
export function createHandover({ self, members, isOnline, identity, targets, tell, clock }: HandoverOptions) {
  const told = createTold(clock)
  /** Those whose word counts, each with the digests that only it and this server make. */
  function ears(): Ear[] {
    const own = identity()
    return members.all().flatMap((member) => {
      const { state, card, features } = member
      if (state !== 'active' || !card || !features.includes('told')) return []
      try {
        return [{ member, digest: pairDigests(own, card.identity) }]
      } catch {
        // An identity that is no key.
        return []
      }
    })
  }

  const nodeOf = (peerId: string | undefined, name: string): string => {
    if (peerId === undefined) return self.nodeId()
    return members.get(peerId)?.nodeId ?? `named ${name.toLowerCase()}`
  }

  /** The nodes that would send it too. */
  async function sharers(all: readonly Ear[], place: string): Promise<string[]> {
    const asked = all
      .filter(({ member }) => isOnline(member.id))
      .map(async ({ member, digest }) =>
        (await tell(member.id, { target: digest('target', place) })) ? (member.nodeId ?? []) : []
      )
    return (await Promise.all(asked)).flat()
  }

  return {
    /** Whether that target is this server's too, and what another one says of it. */
    hear(from: Member, said: ToldRequest): { shares: boolean } {
      const ear = ears().find(({ member }) => member.id === from.id)
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
      const all = ears().map(({ member, digest }) => ({ member, digest, target: digest('target', place) }))
      const opposite = OPPOSITE[phase]
      for (const { member, target, digest } of all)
        for (const thing of opposite ? things : [])
          told.forget(member.id, target, digest('incident', `${opposite} ${thing}`))

      const withinMs = phase === 'reminder' ? REMINDER_MS : undefined
      const toldBy = (thing: string): string | undefined => {
        const incident = `${phase} ${thing}`
        for (const { member, target, digest } of all) {
          const by = told.by(member.id, target, digest('incident', incident), withinMs)
          if (by !== undefined) return by
        }
        return undefined
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
      const there = ears().filter(({ member }) => isOnline(member.id))
      const said = there.map(({ member, digest }) => {
        const [incident, ...also] = subjects.things.map((thing) => digest('incident', `${subjects.phase} ${thing}`))
        return tell(member.id, { target: digest('target', placeOf(target)), ...(incident && { incident, also }) })
      })
      await Promise.all(said)
    }
  }

  function until(heard: () => string | undefined, waitMs: number, signal: AbortSignal): Promise<string | undefined> {
    const known = heard()
    if (known !== undefined || waitMs === 0) return Promise.resolve(known)
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
