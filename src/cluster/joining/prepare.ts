import { randomUUID } from 'node:crypto'
import { InsecureTransport, OwnAddress, SelfJoin } from '../../errors/joining.ts'
import { BadRequest } from '../../errors/requests.ts'
import type { AcceptRequest } from '../../schemas/joining/joining.ts'
import type { JoinAttempt } from '../../schemas/joining/records.ts'
import { BadToken, type Invitation, readInvitation } from '../../security/invite-token.ts'
import { digest, randomToken } from '../../security/tokens.ts'
import { joinContext } from '../../store/contexts.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import type { Invites } from '../membership/invites.ts'
import { type Self, urlOf } from '../peers/self.ts'
import { type AllowInsecure, transportOf } from '../peers/transport.ts'
import { type ReachSetting, wayBackOf } from '../reach/way-back.ts'
import { placeOf, refusalOf } from './claim.ts'
import { standing } from './standing.ts'

interface RequestOptions {
  cluster: Pick<Cluster, 'peer'>
  store: Pick<Store, 'members' | 'vault'>
  self: Self
  invites: Pick<Invites, 'isOurs'>
  allowInsecure: AllowInsecure
  /** How others are to reach this server, and what it speaks. */
  reach: ReachSetting
  https: boolean
  pins: () => readonly string[]
  now: () => number
}

/** A join that may be begun. The invitation and the key are for the next moment; what is kept of them is sealed. */
export interface Prepared {
  attempt: JoinAttempt
  invitation: Invitation
  key: string
}

/** A plain invite tells no expiry; FlatRun's last an hour. */
const PLAIN_LIFE_MS = 3_600_000

/** Turns what an operator asks for into a join that may be begun, or says what is wrong with it. Asks no server. */
export function createJoinRequests(options: RequestOptions) {
  const { store, cluster, self, invites, allowInsecure, now } = options
  const { members, vault } = store

  async function prepare(request: AcceptRequest): Promise<Prepared> {
    self.assertEnabled()
    if (invites.isOurs(request.invite_token)) throw new SelfJoin()
    const invitation = read(request.invite_token)
    const policy = self.dialPolicy()
    const urls = await elsewhere(urlsOf(request, invitation).map((url) => urlOf('peer_url', url, policy)))
    const wayBack = wayBackOf({
      ...{ asked: request.callback_url, advertised: self.advertiseUrl(), nodeId: self.nodeId() },
      ...{ setting: options.reach, takesLinks: invitation.kind === 'sealed', urls, policy },
      tls: { https: options.https, pinned: options.pins().length > 0 }
    })
    if (invitation.kind === 'plain' && urls.some((url) => transportOf(url, invitation, allowInsecure) === undefined))
      throw new InsecureTransport()
    const id = randomUUID()
    const key = randomToken()
    const at = now()
    const attempt: JoinAttempt = {
      id,
      startedAt: new Date(at).toISOString(),
      expiresAt: new Date(invitation.kind === 'sealed' ? invitation.exp * 1_000 : at + PLAIN_LIFE_MS).toISOString(),
      ...(invitation.kind === 'sealed' && { inviter: invitation.name }),
      urls,
      ...wayBack,
      ...(request.callback_url === undefined &&
        !wayBack.reach && { otherUrls: self.urls().filter((url) => url !== wayBack.callbackUrl) }),
      token: vault.seal(invitation.token, joinContext(id)),
      key: vault.seal(key, joinContext(id)),
      keyDigest: digest(key),
      ...(request.introductions !== undefined && { introductions: request.introductions })
    }
    assertFree(attempt)
    return { attempt, invitation, key }
  }

  /** Two networks may have the same addresses; one that has no other than ours is this server. @throws OwnAddress */
  async function elsewhere(urls: readonly string[]): Promise<string[]> {
    const own = await Promise.all(urls.map((url) => self.isOwnUrl(url)))
    const others = urls.filter((_, at) => !own[at])
    if (others.length === 0) throw new OwnAddress('peer_url')
    return others
  }

  /** Whether the server that the token names could have a place here, were it who it says. */
  function assertFree({ inviter: name, urls: [url = ''] }: JoinAttempt): void {
    if (name === undefined) return
    const place = placeOf(
      { name, url, nodeId: members.byName(name)?.nodeId },
      { self: { name: self.name(), nodeId: self.nodeId() }, members: standing(members.all(), cluster) }
    )
    const refusal = refusalOf(place, name)
    if (refusal) throw refusal
  }

  return { prepare, assertFree }
}

function read(token: string): Invitation {
  try {
    return readInvitation(token)
  } catch (error) {
    if (error instanceof BadToken) throw new BadRequest(`invite_token: ${error.message}`)
    throw error
  }
}

function urlsOf({ peer_url }: AcceptRequest, invitation: Invitation): string[] {
  if (peer_url !== undefined) return [peer_url]
  if (invitation.kind === 'sealed') return invitation.urls
  throw new BadRequest('peer_url: is required with this token; only a token that begins with frc1. holds addresses')
}
