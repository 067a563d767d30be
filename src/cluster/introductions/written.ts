import type { Card } from '../../schemas/joining/card.ts'
import type { Introduction } from '../../schemas/joining/introduction.ts'
import type { IntroductionPolicy } from '../../schemas/names.ts'
import type { Member } from '../../schemas/peer.ts'
import { pairOf } from '../../security/identity.ts'
import { inheritedPolicy } from './policy.ts'
import { type Decision, isOpen, MOST_OF_ONE } from './rule.ts'

interface Around {
  /** This server's own public key. */
  identity: string
  policy: IntroductionPolicy
  introductions: readonly Introduction[]
  /** Wall milliseconds. */
  now: number
  /** How long this server waits until it dials the other, milliseconds. */
  waitsMs: number
}

interface Offered {
  card: Card
  by: Member
}

/** What the journal holds after a decision: the records that are new or changed. */
export function written(decision: Decision, { card, by }: Offered, around: Around): Introduction[] {
  const { introductions, now, waitsMs } = around
  if (decision.kind === 'same') {
    const { record } = decision
    // Another one's word on where it is could lead it astray.
    return record.by.id === by.id && record.card.seq < card.seq ? [{ ...record, card }] : []
  }
  if (decision.kind === 'open') {
    const next = decision.state === 'accepted' ? { nextAt: timestamp(now + waitsMs) } : {}
    return [{ ...recordOf({ card, by }, around), state: decision.state, ...next }]
  }
  if (decision.kind !== 'conflict') return []
  const { code, reason, rival } = decision
  const stopped =
    rival && isOpen(rival) && rival.allowedAt === undefined
      ? [refusedAs(rival, { code, reason: `${by.name} introduced another one; ${COMPARE}` }, now)]
      : []
  const mine = recordOf({ card, by }, around)
  const before = introductions.find(({ id }) => id === mine.id)
  // Said again, it is the same doubt; and what an operator allowed is the operator's own.
  if (before && (before.allowedAt !== undefined || (before.by.id === by.id && before.code === code))) return stopped
  const full = introductions.filter((record) => record.by.id === by.id).length >= 2 * MOST_OF_ONE
  return full ? stopped : [...stopped, refusedAs(mine, { code, reason }, now)]
}

const COMPARE = 'compare the fingerprints on both servers before you allow one of them'

function recordOf({ card, by: { id, name, grants, ...member } }: Offered, { identity, policy: config, now }: Around) {
  const policy = inheritedPolicy(member, config)
  const at = timestamp(now)
  return {
    id: pairOf(identity, card.identity),
    ...{ card, by: { id, name }, grants, state: 'refused' as const, attempts: 0, since: at, openedAt: at },
    ...(policy !== undefined && { policy })
  }
}

export function refusedAs(
  { nextAt: _, ...record }: Introduction,
  { code, reason }: { code: string; reason: string },
  now: number
): Introduction {
  return { ...record, state: 'refused', code, reason, since: timestamp(now) }
}

const timestamp = (at: number) => new Date(at).toISOString()
