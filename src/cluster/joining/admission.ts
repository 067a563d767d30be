import { Check } from 'typebox/value'
import {
  InsecureTransport,
  InviteExpired,
  InviteUnknown,
  InviteUsed,
  OwnAddress,
  SealedOnly,
  TooManyLooks
} from '../../errors/joining.ts'
import { PeerNameTaken } from '../../errors/members.ts'
import { BadRequest } from '../../errors/requests.ts'
import type { Remote } from '../../remote/client.ts'
import type { EventLog } from '../../schemas/event.ts'
import { DEFAULT_GRANTS } from '../../schemas/grant.ts'
import type { Invite } from '../../schemas/joining/invite.ts'
import {
  type PlainExchange,
  type PreflightCheck,
  type PreflightReply,
  SealedRequestContent
} from '../../schemas/joining/joining.ts'
import type { Member } from '../../schemas/peer.ts'
import { bareToken } from '../../security/invite-token.ts'
import { CannotUnseal, issuedKey, openRequest, type SealedReply, type SealedRequest } from '../../security/sealing.ts'
import { digest, randomToken } from '../../security/tokens.ts'
import { privateKeyContext } from '../../store/contexts.ts'
import { digests } from '../../store/members.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { createAllowance } from '../membership/allowance.ts'
import type { Invites } from '../membership/invites.ts'
import { specOf } from '../peers/peer-view.ts'
import { FEATURES, nameOf, type Self, urlOf } from '../peers/self.ts'
import { transportOf } from '../peers/transport.ts'
import { type Place, placeOf, refusalOf, twinEvent } from './claim.ts'
import { EXCHANGE_PURPOSE } from './exchange-client.ts'
import { memberOf, type OtherSide } from './member-record.ts'
import { ok } from './preflight.ts'
import { furtherPlaces, reachBack } from './reachability.ts'
import { standing } from './standing.ts'

interface AdmissionOptions {
  store: Pick<Store, 'members' | 'vault' | 'revoke' | 'journal'>
  self: Self
  invites: Invites
  cluster: Pick<Cluster, 'joined' | 'left' | 'peer' | 'reportFailure'>
  remote: Pick<Remote, 'exchange' | 'deadlines'>
  events: EventLog
  exchange: 'any' | 'sealed-only'
  allowInsecure: 'private' | 'always' | 'never'
  pins?: () => readonly string[]
  now?: () => number
}

/** The server that presents an invite. */
type Applicant = OtherSide & {
  token: string
  url: string
  /** Where else it may be dialled, best first. */
  other_urls?: readonly string[]
  /** One of ours: the id of its join, and the key that it gets, which is the same however often the same join asks. */
  join?: { id: string; key: string }
}

export type Admission = ReturnType<typeof createAdmission>

/**
 * The inviter's side of a join. One exchange at a time, and one write does both: the stored member names the invite
 * that it spent, so after any crash an invite is unused, or used with its member.
 */
export function createAdmission(options: AdmissionOptions) {
  const { store, self, invites, cluster, events, exchange } = options
  const { now = Date.now, pins = () => [] } = options
  const { members, vault, journal } = store
  // Who holds an invite has this server dial addresses of its choice, and hears what was found there.
  const mayLook = createAllowance({ perMinute: 10 })

  function presented({ token }: Pick<Applicant, 'token'>): Invite {
    const invite = invites.byDigest(digest(token))
    if (!invite || invite.revokedAt !== undefined) throw new InviteUnknown()
    return invite
  }

  /** @throws InviteUsed, InviteExpired, PeerNameTaken, AlreadyJoined, BadRequest; the invite then stays as it was. */
  async function admit(applicant: Applicant): Promise<string> {
    const invite = presented(applicant)
    const spender = members.bySpentInvite(invite.digest)
    const asked = spender && askedBefore(spender, applicant)
    if (asked) return asked
    assertUsable(invite, spender)
    const { url, transport, place } = judged(applicant, invite)

    const key = applicant.join?.key ?? randomToken()
    const over = place.kind === 'over' ? place.member : undefined
    const member = memberOf({
      ...{ vault, members: members.all(), over, other: applicant, url, transport, state: 'pending', key },
      // What a server that had left was allowed counts no more: whose id it was is no secret.
      grants: invite.grants ?? (over?.state === 'removed' ? undefined : over?.grants) ?? DEFAULT_GRANTS,
      at: new Date(now()).toISOString(),
      came: {
        invite: invite.digest,
        ...(applicant.join && { exchangeId: applicant.join.id }),
        ...(invite.requireApproval && { awaitsApproval: true }),
        ...(invite.introduce && { introduce: true as const }),
        ...(invite.introductions !== undefined && { introductions: invite.introductions })
      }
    })
    await members.put(member)
    if (over) store.revoke(digests(over).filter((old) => old !== member.keyDigest.current))
    // Its record says it already: a disk that is full now spends nothing twice.
    await invites.spend(invite, member.id).catch(() => {})
    cluster.joined(specOf(member))
    announce(member, invite, place)
    return key
  }

  function announce({ name, id }: Member, invite: Invite, place: Admitted): void {
    events.publish({ type: 'invite.spent', peer: name, peer_id: id, facts: { invite: invite.id } })
    events.publish({
      type: place.kind === 'over' && place.member.state !== 'removed' ? 'peer.rekeyed' : 'peer.joined',
      peer: name,
      peer_id: id,
      reason: 'it accepted an invite of this server'
    })
    if (place.kind === 'new' && place.twin) events.publish(twinEvent({ name, id }, place.twin))
  }

  /** What would fail at an exchange; spends and stores nothing. */
  async function inspect(applicant: Applicant): Promise<PreflightReply> {
    const invite = presented(applicant)
    assertUsable(invite, members.bySpentInvite(invite.digest))
    const { url } = judged(applicant, invite)
    if (!mayLook(invite.id)) throw new TooManyLooks()
    const back = await reachBack(applicant, url, options)
    return {
      checks: [ok('name', `${applicant.name} is free`), back.check, ...whoElse(invite)],
      time: new Date(now()).toISOString(),
      version: self.version.version,
      features: [...FEATURES],
      ...(back.url !== undefined && { url: back.url })
    }
  }

  function whoElse({ introduce }: Invite): PreflightCheck[] {
    if (!introduce) return []
    const others = members.all().filter(({ state, features }) => state === 'active' && features.includes('introduce'))
    return [
      ok('cluster', `${self.name()} tells its ${others.length} other peers of this server, and this server of them`)
    ]
  }

  function assertUsable(invite: Invite, spender: Member | undefined): void {
    if (spender || invite.usedAt !== undefined) {
      events.publish({
        type: 'invite.refused',
        reason: 'somebody tried to use an invite that was used already',
        facts: { invite: invite.id }
      })
      throw new InviteUsed()
    }
    if (invites.isOver(invite)) throw new InviteExpired()
  }

  function judged(applicant: Applicant, invite: Invite) {
    const name = nameOf('name', applicant.name)
    const url = urlOf('url', applicant.url, self.dialPolicy())
    const { expectedName: expected, replaces } = invite
    const { node_id: nodeId, reach } = applicant.kind === 'sealed' ? applicant : {}
    const found = placeOf(
      { name, nodeId, url, reach, expected, replaces },
      { self: { name: self.name(), nodeId: self.nodeId() }, members: standing(members.all(), cluster) }
    )
    // Its holder may have removed us a moment ago: whether our key is dead is asked now, and the invite is still good.
    const holder = found.kind === 'name_taken' ? members.byName(name) : undefined
    if (holder) cluster.reportFailure(holder.id, 'key_refused')
    const place = admitted(found, name)
    const transport = transportOf(url, applicant, options.allowInsecure)
    if (transport === undefined) throw new InsecureTransport()
    return { url, transport, place }
  }

  /** At the first of its addresses that is none of ours: two networks may have the same. @throws OwnAddress */
  async function elsewhere(applicant: Applicant): Promise<Applicant> {
    const url = urlOf('url', applicant.url, self.dialPolicy())
    const isDialled = applicant.kind === 'plain' || applicant.reach === undefined
    if (!isDialled || !(await self.isOwnUrl(url))) return applicant
    const [other, ...rest] = await furtherPlaces(applicant, options)
    if (other === undefined) throw new OwnAddress('url')
    return { ...applicant, url: other, other_urls: rest }
  }

  async function openSealed(body: SealedRequest) {
    const invite = invites.byKeyId(body.kid)
    if (!invite || invite.revokedAt !== undefined) throw new InviteUnknown()
    if (invite.privateKey === undefined) {
      throw invite.usedAt !== undefined || members.bySpentInvite(invite.digest) ? new InviteUsed() : new InviteExpired()
    }
    const [publicKey = '', privateKey = ''] = vault.open(invite.privateKey, privateKeyContext(invite.id)).split('.')
    const opened = await openRequest({ publicKey, privateKey }, body, EXCHANGE_PURPOSE)
    const content: unknown = JSON.parse(opened.plain)
    if (!Check(SealedRequestContent, content)) throw new BadRequest('the sealed request has a wrong shape')
    const { invite_token, exchange_id: id, preflight, ...said } = content
    const token = bareToken(invite_token)
    if (digest(token) !== invite.digest) throw new InviteUnknown()
    const applicant: Applicant = { kind: 'sealed', ...said, token, join: { id, key: issuedKey(privateKey, id) } }
    return { applicant, preflight, sealReply: opened.sealReply }
  }

  /** The joins that we have begun ourselves with the server of that name. */
  const joinsWith = (name: string) =>
    journal.all().flatMap(({ id, inviter }) => (inviter?.toLowerCase() === name.toLowerCase() ? [id] : []))

  return {
    /** FlatRun's exchange, readable on the wire. */
    async plain({ invite_token, url, api_key, name }: PlainExchange): Promise<{ api_key: string; name: string }> {
      if (exchange === 'sealed-only') throw new SealedOnly()
      // These four and no more: what else stands in the body was not looked at.
      const applicant: Applicant = { kind: 'plain', token: bareToken(invite_token), url, api_key, name }
      presented(applicant)
      await elsewhere(applicant)
      return invites.inTurn(async () => ({ api_key: await admit(applicant), name: self.name() }))
    },

    /** Ours: neither the token nor the keys can be read or changed on the way. */
    async sealed(body: SealedRequest): Promise<SealedReply> {
      const {
        applicant: asked,
        preflight,
        sealReply
      } = await openSealed(body).catch((error: unknown) => {
        throw error instanceof CannotUnseal || error instanceof SyntaxError ? new InviteUnknown() : error
      })
      const applicant = await elsewhere(asked)
      if (preflight) return sealReply(JSON.stringify(await inspect(applicant)))
      return invites.inTurn(async () => {
        const api_key = await admit(applicant)
        const joins = joinsWith(applicant.name)
        return sealReply(
          JSON.stringify({
            api_key,
            name: self.name(),
            node_id: self.nodeId(),
            features: FEATURES,
            pins: pins(),
            joins
          })
        )
      })
    }
  }
}

type Admitted = Extract<Place<Member>, { kind: 'new' | 'over' }>

function admitted(place: Place<Member>, name: string): Admitted {
  if (place.kind === 'new' || place.kind === 'over') return place
  throw refusalOf(place, name) ?? new PeerNameTaken(name)
}

/** The same join asking again, its answer lost: it gets the same key, and nothing is changed, whatever was decided since. */
function askedBefore(spender: Member, { join }: Applicant): string | undefined {
  const same = join !== undefined && spender.exchangeId === join.id && spender.state !== 'removed'
  return same && spender.keyDigest.current === digest(join.key) ? join.key : undefined
}
