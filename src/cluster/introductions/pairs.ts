import type { Clock } from '../../../machines/clock.ts'
import { IdentityConflict, IntroductionUnknown, IntroductionWaits, RemovedHere } from '../../errors/introductions.ts'
import { InsecureTransport } from '../../errors/joining.ts'
import type { EventLog } from '../../schemas/event.ts'
import { DEFAULT_GRANTS } from '../../schemas/grant.ts'
import type { Introduction } from '../../schemas/joining/introduction.ts'
import type { SealedReplyContent } from '../../schemas/joining/joining.ts'
import type { Member } from '../../schemas/peer.ts'
import { credentialContext } from '../../store/contexts.ts'
import { digests } from '../../store/members.ts'
import type { Store } from '../../store/store.ts'
import { placeOf, refusalOf } from '../joining/claim.ts'
import { memberOf } from '../joining/member-record.ts'
import { standing } from '../joining/standing.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { keptOf } from '../membership/keys/signing-keys.ts'
import { specOf } from '../peers/peer-view.ts'
import { nameOf, type Self, urlOf } from '../peers/self.ts'
import { type AllowInsecure, transportOf } from '../peers/transport.ts'
import type { Introductions } from './introductions.ts'
import { inCommon } from './policy.ts'
import { holderOf, isOpen, isRemoved } from './rule.ts'
import { mayIntroduce } from './schedule.ts'

interface PairsOptions {
  store: Pick<Store, 'members' | 'vault' | 'departures' | 'revoke'>
  self: Self
  cluster: Pick<Cluster, 'joined' | 'peer'>
  introductions: Pick<Introductions, 'byIdentity'>
  events: EventLog
  allowInsecure: AllowInsecure
  clock: Pick<Clock, 'wall'>
}

/** What came of one exchange: who it was with, what that one says, and the key that it presents here from now on. */
interface Exchanged {
  identity: string
  said: Omit<SealedReplyContent, 'joins'> & { url: string; reach?: 'reverse' }
  exchangeId: string
  key: string
  state: 'pending' | 'active'
  /** It was told that it cannot dial this server. */
  reachBack?: 'reverse' | undefined
}

export type Pairs = ReturnType<typeof createPairs>

/** Who may become a member by an exchange between identities, and the record of it; the same rule on both sides. */
export function createPairs(options: PairsOptions) {
  const { store, self, cluster, introductions, events, allowInsecure, clock } = options
  const { members, vault, departures } = store

  const ofIdentity = (identity: string) =>
    members.all().find(({ card, state }) => card?.identity === identity && state !== 'removed')

  /** @throws RemovedHere, IntroductionUnknown, IntroductionWaits */
  function introduced(identity: string): Introduction {
    const record = introductions.byIdentity(identity)
    if (isRemoved({ identity, node_id: record?.card.node_id ?? '' }, departures.all(), record?.allowedAt))
      throw new RemovedHere()
    if (!record || (record.allowedAt === undefined && !mayIntroduce(members.get(record.by.id))))
      throw new IntroductionUnknown()
    if (record.state === 'offered') throw new IntroductionWaits()
    if (!isOpen(record) && record.state !== 'unreachable') throw new RemovedHere()
    return record
  }

  /** To be run in turn with everything that makes members. @throws what its caller is told */
  async function write(exchanged: Exchanged): Promise<Member> {
    const member = ofIdentity(exchanged.identity)
    const written = member ? rekeyed(member, exchanged) : fresh(introduced(exchanged.identity), exchanged)
    const over = member ?? members.get(written.id)
    await members.put(written)
    if (!member && over) store.revoke(digests(over))
    cluster.joined(specOf(written))
    const { name, id, introducedBy } = written
    if (member)
      events.publish({ type: 'peer.rekeyed', peer: name, peer_id: id, reason: 'the two servers made new keys' })
    else
      events.publish({
        ...{ type: 'peer.joined', peer: name, peer_id: id },
        reason: `introduced by ${introducedBy?.name ?? 'a member'}`
      })
    return written
  }

  function rekeyed(member: Member, { said, exchangeId, key }: Exchanged): Member {
    if (member.nodeId !== undefined && member.nodeId !== said.node_id) throw new IdentityConflict(member.name)
    const { id } = member
    const kept = keptOf(vault, id, key)
    const since = timestamp()
    return {
      ...member,
      credential: { sealed: vault.seal(said.api_key, credentialContext(id)), since },
      keyDigest: { current: kept.digest },
      signing: kept.signing,
      pins: said.pins,
      exchangeId,
      renewKeysOf: since
    }
  }

  function fresh(
    { card, by, grants, policy }: Introduction,
    { said, exchangeId, key, state, reachBack }: Exchanged
  ): Member {
    const name = nameOf('name', said.name)
    if (said.node_id !== card.node_id) throw new IdentityConflict(name)
    // It was introduced before that one joined, and is not it: a node id proves nothing.
    const holder = holderOf(card, members.all())
    if (holder) throw new IdentityConflict(holder.name)
    const url = urlOf('url', said.url, self.dialPolicy())
    const place = placeOf(
      { name, nodeId: said.node_id, url, reach: said.reach },
      { self: { name: self.name(), nodeId: self.nodeId() }, members: standing(members.all(), cluster) }
    )
    if (place.kind !== 'new' && place.kind !== 'over') throw refusalOf(place, name) ?? new RemovedHere()
    const other = { kind: 'sealed' as const, ...said }
    const transport = transportOf(url, other, allowInsecure)
    if (transport === undefined) throw new InsecureTransport()
    const introducer = members.get(by.id)
    const at = timestamp()
    return {
      ...memberOf({
        ...{ vault, members: members.all(), over: place.kind === 'over' ? place.member : undefined },
        ...{ other, url, transport, state, key, at, came: { exchangeId, ...(reachBack && { reachBack }) } },
        grants: inCommon(DEFAULT_GRANTS, introducer ? inCommon(grants, introducer.grants) : grants)
      }),
      card,
      introducedBy: by,
      renewKeysOf: at,
      ...(policy !== undefined && { introductions: policy })
    }
  }

  const timestamp = () => new Date(clock.wall()).toISOString()

  return { ofIdentity, introduced, write }
}
