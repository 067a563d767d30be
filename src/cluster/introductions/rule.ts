import type { Card } from '../../schemas/joining/card.ts'
import type { Introduction } from '../../schemas/joining/introduction.ts'
import type { Departure } from '../../schemas/joining/records.ts'
import { type IntroductionPolicy, sameName } from '../../schemas/names.ts'
import type { Member } from '../../schemas/peer.ts'

/** What is known here when somebody is introduced. */
export interface Known {
  self: { nodeId: string; name: string; identity: string }
  members: readonly Pick<Member, 'id' | 'name' | 'nodeId' | 'card' | 'state'>[]
  departures: readonly Departure[]
  introductions: readonly Introduction[]
}

export interface Offer {
  card: Card
  by: { id: string }
  policy: IntroductionPolicy
}

export type Decision =
  | { kind: 'known' }
  /** It is on the way already, from whomever it came. */
  | { kind: 'same'; record: Introduction }
  /** `rival`: an earlier introduction that says otherwise of the same server; nobody is dialled for it either. */
  | { kind: 'conflict'; code: 'identity_conflict' | 'name_conflict'; reason: string; rival?: Introduction | undefined }
  | { kind: 'refused'; code: RefusalCode }
  | { kind: 'open'; state: 'offered' | 'accepted' }

type RefusalCode = 'removed_here' | 'introductions_off' | 'too_many_introductions'

export const MOST_OF_ONE = 250
export const MOST_IN_ALL = 1_000

const UNDECIDED: ReadonlySet<Introduction['state']> = new Set(['offered', 'accepted', 'dialling', 'waiting'])
export const isOpen = ({ state }: Pick<Introduction, 'state'>) => UNDECIDED.has(state)

/**
 * What is done with a server that a member introduces: the one rule. What is known counts before what is said; a removal
 * beats every introduction; a doubt about who is who means that nobody is dialled; the operator's policy comes last.
 */
export function decide({ card, by, policy }: Offer, known: Known): Decision {
  const { self, introductions } = known
  const own = [card.node_id === self.nodeId, card.identity === self.identity]
  if (own.every(Boolean)) return { kind: 'known' }
  if (own.some(Boolean)) return conflict('identity_conflict', 'it says that it is this very server')

  const member = holderOf(card, known.members)
  if (member) return memberSays(member, card)
  if (isRemoved(card, known.departures)) return { kind: 'refused', code: 'removed_here' }

  const record = introductions.find((one) => one.card.identity === card.identity)
  // An operator compared them.
  if (record?.allowedAt !== undefined && isOpen(record) && record.card.node_id === card.node_id)
    return { kind: 'same', record }
  const rival = introductions.find((one) => claimsSame(one.card, card))
  if (rival)
    return {
      ...conflict('identity_conflict', `${rival.by.name} introduced another server with that node id or identity`),
      rival
    }
  if (record && !mayBegin(record, policy)) return { kind: 'same', record }

  const taken =
    nameTaken(card.name, known) ??
    introductions.find((one) => one !== record && isOpen(one) && sameName(one.card.name, card.name))?.by.name
  if (taken !== undefined) return conflict('name_conflict', `the name ${card.name} is that of another server here`)
  if (policy === 'never') return { kind: 'refused', code: 'introductions_off' }
  const open = introductions.filter(isOpen)
  if (open.length >= MOST_IN_ALL || open.filter((one) => one.by.id === by.id).length >= MOST_OF_ONE)
    return { kind: 'refused', code: 'too_many_introductions' }
  return { kind: 'open', state: policy === 'accept' ? 'accepted' : 'offered' }
}

/** What came to nothing because nobody answered may begin anew, and what waits for a word that this introducer does not need. */
const mayBegin = ({ state }: Introduction, policy: IntroductionPolicy) =>
  state === 'unreachable' || state === 'expired' || (state === 'offered' && policy === 'accept')

/** Whether an operator of this side removed that server, and has not wanted it again since. */
export function isRemoved(
  { node_id, identity }: Pick<Card, 'node_id' | 'identity'>,
  departures: readonly Departure[],
  allowedAt = ''
): boolean {
  return departures.some(
    (gone) => (gone.nodeId === node_id || gone.identity === identity) && gone.removedAt > allowedAt
  )
}

/**
 * The member that has that node id or identity. One that removed this server is still known by both: it may come back as
 * what it was, and nobody else in its place.
 */
export const holderOf = <M extends Known['members'][number]>(card: Card, members: readonly M[]): M | undefined =>
  members.find((one) => isSame(one, card) && (one.state !== 'removed' || !agrees(one, card)))

const agrees = ({ nodeId, card: known }: Known['members'][number], card: Card) =>
  (nodeId === undefined || nodeId === card.node_id) && (known === undefined || known.identity === card.identity)

function memberSays(member: Known['members'][number], card: Card): Decision {
  if (agrees(member, card)) return { kind: 'known' }
  return conflict('identity_conflict', `it is introduced as another server than ${member.name} is known as`)
}

function nameTaken(name: string, { self, members }: Known): string | undefined {
  if (sameName(name, self.name)) return self.name
  return members.find((one) => sameName(one.name, name))?.name
}

const isSame = ({ nodeId, card: known }: Known['members'][number], card: Card) =>
  (nodeId !== undefined && nodeId === card.node_id) || known?.identity === card.identity

/** One of both words agrees, the other does not. */
const claimsSame = (one: Card, other: Card) => (one.node_id === other.node_id) !== (one.identity === other.identity)

const conflict = (code: 'identity_conflict' | 'name_conflict', reason: string) => ({
  kind: 'conflict' as const,
  code,
  reason
})
