import { randomUUID } from 'node:crypto'
import { BadRequest, InsecureTransport, NoCallbackUrl, PeerNameTaken, SelfJoin } from '../../errors.ts'
import type { AcceptRequest, JoinAttempt } from '../../schemas/joining.ts'
import { sameName } from '../../schemas/names.ts'
import type { Member } from '../../schemas/peer.ts'
import { BadToken, decodeInvite, type InviteContent, isSealedToken } from '../../security/invite-token.ts'
import { digest, randomToken } from '../../security/tokens.ts'
import { joinContext } from '../../store/contexts.ts'
import type { Store } from '../../store/store.ts'
import type { Invites } from '../membership/invites.ts'
import { type Self, urlOf } from '../peers/self.ts'
import { type AllowInsecure, transportOf } from '../peers/transport.ts'

interface RequestOptions {
  store: Pick<Store, 'members' | 'vault'>
  self: Self
  invites: Pick<Invites, 'isOurs'>
  allowInsecure: AllowInsecure
  now: () => number
}

/** A join that may be begun. The token and the key are for the next moment; what is kept of them is sealed. */
export interface Prepared {
  attempt: JoinAttempt
  invite: InviteContent | undefined
  token: string
  key: string
  repeatable: boolean
}

/** A plain invite tells no expiry; FlatRun's last an hour. */
const PLAIN_LIFE_MS = 3_600_000

/** Turns what an operator asks for into a join that may be begun, or says what is wrong with it. Sends nothing. */
export function createJoinRequests({ store: { members, vault }, self, invites, allowInsecure, now }: RequestOptions) {
  return function prepare(request: AcceptRequest): Prepared {
    self.assertEnabled()
    if (invites.isOurs(request.invite_token)) throw new SelfJoin()
    const invite = read(request.invite_token)
    const policy = self.dialPolicy()
    const urls = urlsOf(request, invite).map((url) => urlOf('peer_url', url, policy))
    const callback = request.callback_url ?? self.advertiseUrl()
    if (!callback) throw new NoCallbackUrl()
    if (!invite && urls.some((url) => transportOf(url, { sealed: false }, allowInsecure) === undefined))
      throw new InsecureTransport()
    if (invite && (sameName(invite.name, self.name()) || isOther(members.byName(invite.name))))
      throw new PeerNameTaken(invite.name)

    const id = randomUUID()
    const key = randomToken()
    const startedAt = now()
    const attempt = {
      id,
      startedAt: new Date(startedAt).toISOString(),
      expiresAt: new Date(invite ? invite.exp * 1_000 : startedAt + PLAIN_LIFE_MS).toISOString(),
      urls,
      callbackUrl: urlOf('callback_url', callback, policy),
      token: vault.seal(request.invite_token, joinContext(id)),
      key: vault.seal(key, joinContext(id)),
      keyDigest: digest(key)
    }
    return { attempt, invite, key, token: request.invite_token, repeatable: invite !== undefined }
  }
}

/** A name is taken only by a member whose keys work: a removed one may join again. */
const isOther = (member: Member | undefined) => member !== undefined && member.state === 'active'

function read(token: string): InviteContent | undefined {
  if (!isSealedToken(token)) return undefined
  try {
    return decodeInvite(token)
  } catch (error) {
    if (error instanceof BadToken) throw new BadRequest(`invite_token: ${error.message}`)
    throw error
  }
}

function urlsOf({ peer_url }: AcceptRequest, invite: InviteContent | undefined): string[] {
  if (peer_url !== undefined) return [peer_url]
  if (invite) return invite.urls
  throw new BadRequest('peer_url: is required with this token; only a token that begins with frc1. holds addresses')
}
