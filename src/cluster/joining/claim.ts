import { AlreadyJoined, InviteOtherName, SelfJoin } from '../../errors/joining.ts'
import { PeerNameTaken } from '../../errors/members.ts'
import { sameName } from '../../schemas/names.ts'
import type { Member } from '../../schemas/peer.ts'

/** A server that wants to be a member. What it says of itself is not proven. */
export interface Claim {
  name: string
  /** Absent for plain FlatRun. */
  nodeId?: string | undefined
  /** In the form in which URLs are stored. */
  url: string
  /** It cannot be dialled, so its address says nothing. */
  reach?: 'reverse' | undefined
  /** The name that the invite is for, or that the token tells. */
  expected?: string | undefined
  /** The member whose place an operator of this side gave away, by name. */
  replaces?: string | undefined
  /** Our own join with that server, where this is its answer. */
  ownJoin?: OwnJoin
}

interface OwnJoin {
  startedAt: string
  /** The joins that the other side says it has begun with us itself; not told by older versions. */
  theirs: readonly string[] | undefined
}

type Known = Pick<
  Member,
  'id' | 'name' | 'nodeId' | 'url' | 'reach' | 'state' | 'invite' | 'exchangeId' | 'credential' | 'lastSeenAt'
>

interface Among<M extends Known> {
  self: { name: string; nodeId: string }
  members: readonly M[]
}

export type Place<M> =
  /** `twin`: a member that gave the same node id. */
  | { kind: 'new'; twin: M | undefined }
  /** Its record is written over this one. */
  | { kind: 'over'; member: M }
  /** Both servers began a join at once, and the other side's counts: this record stays. */
  | { kind: 'kept'; member: M }
  | Refusal<M>

type Refusal<M> =
  | { kind: 'name_taken' }
  | { kind: 'own_node' }
  | { kind: 'address_taken'; holder: M }
  | { kind: 'other_name'; expected: string }

/**
 * Who may write over what: the one rule for both sides of a join. Nothing is written over an active member, unless an
 * operator of this side gave its place away; nothing over a pending one but by the join that crossed its own. A name
 * is its holder's. An address is its holder's once it answered there. A node id proves nothing, so it keeps nobody out.
 */
export function placeOf<M extends Known>(claim: Claim, { self, members }: Among<M>): Place<M> {
  const expected = claim.replaces ?? claim.expected
  if (expected !== undefined && !sameName(claim.name, expected)) return { kind: 'other_name', expected }
  if (sameName(claim.name, self.name)) return { kind: 'name_taken' }
  if (claim.nodeId === self.nodeId) return { kind: 'own_node' }

  const holder = members.find(({ name }) => sameName(name, claim.name))
  const others = members.filter((member) => member !== holder && member.state !== 'removed')
  const atAddress = others.find(
    ({ url, reach, lastSeenAt }) => url === claim.url && reach === undefined && lastSeenAt !== undefined
  )
  if (atAddress && claim.reach === undefined) return { kind: 'address_taken', holder: atAddress }
  if (!holder) return { kind: 'new', twin: others.find((member) => isSameNode(member, claim)) }

  if (claim.replaces !== undefined) return { kind: 'over', member: holder }
  if (holder.state === 'removed' && isSameServer(holder, claim)) return { kind: 'over', member: holder }
  // FlatRun refuses a name that it has: its answer to our join says that it had removed us.
  if (claim.ownJoin && claim.nodeId === undefined && isSameServer(holder, claim))
    return { kind: 'over', member: holder }
  if (!hasCrossed(holder, claim)) return { kind: 'name_taken' }
  // Both sides must keep the same one: the join of the server with the smaller id.
  if (claim.nodeId !== undefined && claim.nodeId < self.nodeId) return { kind: 'kept', member: holder }
  return holder.state === 'pending' ? { kind: 'over', member: holder } : { kind: 'name_taken' }
}

/** What a caller is told who gets no place. */
export function refusalOf<M extends { name: string }>(place: Place<M>, name: string): Error | undefined {
  if (place.kind === 'name_taken') return new PeerNameTaken(name)
  if (place.kind === 'own_node') return new SelfJoin()
  if (place.kind === 'address_taken') return new AlreadyJoined(place.holder.name)
  if (place.kind === 'other_name') return new InviteOtherName(place.expected)
  return undefined
}

/** Whether the holder of the name came by a join of the very server that now answers ours. */
function hasCrossed(holder: Known, claim: Claim): boolean {
  const { ownJoin } = claim
  if (!ownJoin || holder.state === 'removed' || holder.invite === undefined || !isSameNode(holder, claim)) return false
  // The exchange id was sealed to our invite, so only who began that join can name it.
  if (ownJoin.theirs) return holder.exchangeId !== undefined && ownJoin.theirs.includes(holder.exchangeId)
  return holder.credential.since >= ownJoin.startedAt
}

/** Plain FlatRun has no identity but its name and its address. */
const isSameServer = (holder: Known, claim: Claim) =>
  holder.nodeId === undefined ? holder.url === claim.url : isSameNode(holder, claim)

const isSameNode = ({ nodeId }: Pick<Member, 'nodeId'>, claim: Claim) => nodeId !== undefined && nodeId === claim.nodeId

/** Two members that say they are one server: one of them is a copy of the other, or is not what it says. */
export const twinEvent = ({ name, id }: Pick<Member, 'name' | 'id'>, twin: Pick<Member, 'name'>) => ({
  type: 'peer.copied' as const,
  peer: name,
  peer_id: id,
  reason: `It has the same node id as ${twin.name}. If it is that server under another name, remove one of both; if it is a copy of its data path, give it one of its own; else it is not what it says`
})
