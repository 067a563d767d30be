import { randomUUID } from 'node:crypto'
import { Check } from 'typebox/value'
import {
  AlreadyJoined,
  BadRequest,
  InsecureTransport,
  InviteExpired,
  InviteOtherName,
  InviteUnknown,
  InviteUsed,
  PeerNameTaken,
  SealedOnly
} from '../../errors.ts'
import type { Remote } from '../../remote/client.ts'
import type { EventLog } from '../../schemas/event.ts'
import { DEFAULT_GRANTS } from '../../schemas/grant.ts'
import type { Invite } from '../../schemas/invite.ts'
import { type PlainExchange, type PreflightReply, SealedRequestContent } from '../../schemas/joining.ts'
import { sameName } from '../../schemas/names.ts'
import type { Member } from '../../schemas/peer.ts'
import { CannotUnseal, issuedKey, openRequest, type SealedReply, type SealedRequest } from '../../security/sealing.ts'
import { digest, randomToken } from '../../security/tokens.ts'
import { credentialContext, privateKeyContext } from '../../store/contexts.ts'
import { digests } from '../../store/members.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import type { Invites } from '../membership/invites.ts'
import { keptOf } from '../membership/signing-keys.ts'
import { specOf } from '../peers/peer-view.ts'
import { FEATURES, nameOf, type Self, urlOf } from '../peers/self.ts'
import { transportOf } from '../peers/transport.ts'
import { EXCHANGE_PURPOSE } from './exchange-client.ts'
import { failed, ok } from './preflight.ts'
import { whyUnreachable } from './reachability.ts'

interface AdmissionOptions {
  store: Pick<Store, 'members' | 'invites' | 'vault' | 'revoke'>
  self: Self
  invites: Invites
  cluster: Pick<Cluster, 'joined' | 'left'>
  remote: Pick<Remote, 'exchange' | 'deadlines'>
  events: EventLog
  exchange: 'any' | 'sealed-only'
  allowInsecure: 'private' | 'always' | 'never'
  pins?: () => readonly string[]
  /** Ends what is still open here with the keys of a member that others replaced. */
  onReplaced?: (memberId: string) => void
  now?: () => number
}

type Applicant = PlainExchange &
  Partial<Omit<SealedRequestContent, keyof PlainExchange>> & {
    sealed: boolean
    /** The key it gets: the same one however often the same join asks, so that a repeated request changes nothing. */
    issuedKey?: string
  }

export type Admission = ReturnType<typeof createAdmission>

/**
 * The inviter's side of a join. One exchange at a time, and one write does both: the stored member names the invite
 * that it spent, so after any crash an invite is unused, or used with its member.
 */
export function createAdmission(options: AdmissionOptions) {
  const {
    store,
    self,
    invites,
    cluster,
    remote,
    events,
    exchange,
    now = Date.now,
    pins = () => [],
    onReplaced = () => {}
  } = options
  const { members, vault } = store

  /** @throws InviteUnknown, InviteUsed, InviteExpired, PeerNameTaken, AlreadyJoined, BadRequest; the invite then stays as it was. */
  async function admit(applicant: Applicant): Promise<{ key: string; member: Member }> {
    const invite = invites.byDigest(digest(applicant.invite_token))
    if (!invite || invite.revokedAt !== undefined) throw new InviteUnknown()
    const spender = members.bySpentInvite(invite.digest)
    const asked = spender && askedBefore(spender, applicant)
    if (asked) return asked
    assertUsable(invite, spender)
    const replaced = replacedBy(applicant, invite)
    const url = check(applicant, invite, replaced)

    const key = applicant.issuedKey ?? randomToken()
    const member = memberOf({ applicant, invite, url, key, replaced })
    await members.put(member)
    if (replaced) store.revoke(digests(replaced).filter((old) => old !== member.keyDigest.current))
    if (replaced) onReplaced(replaced.id)
    // The sealing key stays until the join is confirmed: the same join may have to be asked again.
    await store.invites.put({ ...invite, usedBy: member.id, usedAt: new Date(now()).toISOString() })
    cluster.joined(specOf(member))
    events.publish({ type: 'invite.spent', peer: member.name, peer_id: member.id, facts: { invite: invite.id } })
    events.publish({
      type: replaced && replaced.state !== 'removed' ? 'peer.rekeyed' : 'peer.joined',
      peer: member.name,
      peer_id: member.id,
      reason: 'it accepted an invite of this server'
    })
    return { key, member }
  }

  /** What would fail at an exchange; spends and stores nothing. */
  async function inspect(applicant: Applicant): Promise<PreflightReply> {
    const invite = invites.byDigest(digest(applicant.invite_token))
    if (!invite || invite.revokedAt !== undefined) throw new InviteUnknown()
    assertUsable(invite, members.bySpentInvite(invite.digest))
    const url = check(applicant, invite, replacedBy(applicant, invite))
    const why = await whyUnreachable(remote, url, applicant.pins)
    const back =
      why === undefined
        ? ok('reach_back', `${self.name()} reaches this server at ${url}`)
        : failed(
            'reach_back',
            `${self.name()} cannot reach this server at ${url}: ${why}. Set cluster.advertise_url to an address that it can reach, or open the port`,
            'callback_unreachable'
          )
    return {
      checks: [ok('name', `${applicant.name} is free`), back],
      time: new Date(now()).toISOString(),
      version: self.version.version,
      features: [...FEATURES]
    }
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
    if (Date.parse(invite.expiresAt) <= now()) throw new InviteExpired()
  }

  /** The member whose record this exchange writes over: the one the invite replaces, or a server that had removed us. */
  function replacedBy({ node_id }: Applicant, invite: Invite): Member | undefined {
    if (invite.replaces !== undefined) return members.byName(invite.replaces)
    if (!node_id) return undefined
    return members.all().find(({ nodeId, state }) => nodeId === node_id && state === 'removed')
  }

  function check(applicant: Applicant, invite: Invite, replaced: Member | undefined): string {
    const name = nameOf('name', applicant.name)
    if (invite.replaces !== undefined && !sameName(name, invite.replaces)) throw new InviteOtherName(invite.replaces)
    if (invite.expectedName !== undefined && !sameName(name, invite.expectedName))
      throw new InviteOtherName(invite.expectedName)
    const holder = members.byName(name)
    if (sameName(name, self.name()) || (holder && holder.id !== replaced?.id)) throw new PeerNameTaken(name)
    const known = applicant.node_id !== undefined && members.all().find(({ nodeId }) => nodeId === applicant.node_id)
    if (known && known.id !== replaced?.id) throw new AlreadyJoined(known.name)
    if (applicant.api_key.trim() === '') throw new BadRequest('api_key: must not be empty')
    const url = urlOf('url', applicant.url, self.dialPolicy())
    if (transportOf(url, applicant, options.allowInsecure) === undefined) throw new InsecureTransport()
    return url
  }

  function memberOf({ applicant, invite, url, key, replaced }: Parts): Member {
    const id = replaced?.id ?? randomUUID()
    const kept = keptOf(vault, id, key)
    return {
      id,
      number: replaced?.number ?? Math.max(0, ...members.all().map(({ number }) => number)) + 1,
      name: applicant.name,
      url,
      state: 'pending',
      joinedAt: replaced?.joinedAt ?? new Date(now()).toISOString(),
      credential: {
        sealed: vault.seal(applicant.api_key, credentialContext(id)),
        since: new Date(now()).toISOString()
      },
      keyDigest: { current: kept.digest },
      ...(applicant.features?.includes('signed-requests') && { signing: kept.signing }),
      // What a server that had left was allowed counts no more: whose id it was is no secret.
      grants: [...(invite.grants ?? (replaced?.state === 'removed' ? undefined : replaced?.grants) ?? DEFAULT_GRANTS)],
      features: [...(applicant.features ?? [])],
      transport: transportOf(url, applicant, options.allowInsecure) ?? 'insecure',
      pins: [...(applicant.pins ?? [])],
      invite: invite.digest,
      ...(applicant.node_id !== undefined && { nodeId: applicant.node_id }),
      ...(applicant.exchange_id !== undefined && { exchangeId: applicant.exchange_id }),
      ...(invite.requireApproval && { awaitsApproval: true })
    }
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
    if (digest(content.invite_token) !== invite.digest) throw new InviteUnknown()
    return { content, issuedKey: issuedKey(privateKey, content.exchange_id), sealReply: opened.sealReply }
  }

  return {
    /** FlatRun's exchange, readable on the wire. */
    plain({ invite_token, url, api_key, name }: PlainExchange): Promise<{ api_key: string; name: string }> {
      if (exchange === 'sealed-only') throw new SealedOnly()
      return invites.inTurn(async () => {
        // These four and no more: what else stands in the body was not looked at.
        const { key } = await admit({ invite_token, url, api_key, name, sealed: false })
        return { api_key: key, name: self.name() }
      })
    },

    /** Ours: neither the token nor the keys can be read or changed on the way. */
    async sealed(body: SealedRequest): Promise<SealedReply> {
      const { content, issuedKey, sealReply } = await openSealed(body).catch((error: unknown) => {
        throw error instanceof CannotUnseal || error instanceof SyntaxError ? new InviteUnknown() : error
      })
      if (content.preflight) return sealReply(JSON.stringify(await inspect({ ...content, sealed: true })))
      return invites.inTurn(async () => {
        const { key } = await admit({ ...content, sealed: true, issuedKey })
        return sealReply(
          JSON.stringify({ api_key: key, name: self.name(), node_id: self.nodeId(), features: FEATURES, pins: pins() })
        )
      })
    }
  }
}

/** The same join asking again, its answer lost: it gets the same key, and nothing is changed, whatever was decided since. */
function askedBefore(
  spender: Member,
  { exchange_id, issuedKey }: Applicant
): { key: string; member: Member } | undefined {
  const same = exchange_id !== undefined && spender.exchangeId === exchange_id && spender.state !== 'removed'
  return same && issuedKey !== undefined && spender.keyDigest.current === digest(issuedKey)
    ? { key: issuedKey, member: spender }
    : undefined
}

interface Parts {
  applicant: Applicant
  invite: Invite
  url: string
  key: string
  replaced: Member | undefined
}
