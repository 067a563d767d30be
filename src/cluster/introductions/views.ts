import type { NewEvent } from '../../schemas/event.ts'
import type { Card } from '../../schemas/joining/card.ts'
import type { Introduction, IntroductionResult, IntroductionView } from '../../schemas/joining/introduction.ts'
import type { Member } from '../../schemas/peer.ts'
import { fingerprintOf } from '../../security/identity.ts'
import { hasAddress } from '../peers/no-address.ts'
import { type Decision, isOpen } from './rule.ts'

/** What the records that a member's introductions left are told as. */
export function eventsOf(by: Pick<Member, 'id' | 'name'>, changed: readonly Introduction[]): NewEvent[] {
  const count = (state: Introduction['state']) => changed.filter((record) => record.state === state).length
  const facts = { accepted: count('accepted'), asked: count('offered') }
  const whose = { peer: by.name, peer_id: by.id }
  const received: NewEvent = { type: 'introduction.received', ...whose, facts, reason: saidOf(facts) }
  const conflicts = changed.flatMap(({ card, code, reason }): NewEvent[] =>
    code?.endsWith('_conflict')
      ? [
          {
            ...{ type: 'introduction.conflict', ...whose },
            reason: `It introduced ${card.name}, and nobody is joined: ${reason}`
          }
        ]
      : []
  )
  return facts.accepted + facts.asked > 0 ? [received, ...conflicts] : conflicts
}

function saidOf({ accepted, asked }: { accepted: number; asked: number }): string {
  const parts = [accepted > 0 && `${accepted} will be joined`, asked > 0 && `${asked} wait for an operator's word`]
  return `It introduced servers: ${parts.filter(Boolean).join(', ')}`
}

/** What the introducer is told. */
export function resultOf({ node_id }: Card, decision: Decision): IntroductionResult {
  if (decision.kind === 'known') return { node_id, state: 'known' }
  if (decision.kind === 'refused' || decision.kind === 'conflict')
    return { node_id, state: 'refused', code: decision.code }
  const { state, code } = decision.kind === 'same' ? decision.record : { state: decision.state, code: undefined }
  if (state === 'offered') return { node_id, state: 'asked' }
  return isOpen({ state })
    ? { node_id, state: 'accepted' }
    : { node_id, state: 'refused', ...(code !== undefined && { code }) }
}

/** An introduction as the wire has it. */
export function viewOf(
  { id, card, by, state, code, reason, nextAt, since }: Introduction,
  dialled: boolean
): IntroductionView {
  return {
    id,
    node_id: card.node_id,
    name: card.name,
    urls: card.urls.filter(hasAddress),
    fingerprint: fingerprintOf(card.identity),
    introduced_by: by.name,
    state: dialled ? 'dialling' : state,
    ...(code !== undefined && { code }),
    ...(reason !== undefined && { reason }),
    ...(nextAt !== undefined && { next_at: nextAt }),
    since
  }
}
