import { Check } from 'typebox/value'
import { InviteExpired, InviteUnknown, InviteUsed } from '../../../errors/joining.ts'
import { BadRequest } from '../../../errors/requests.ts'
import { SealedRequestContent } from '../../../schemas/joining/joining.ts'
import { bareToken } from '../../../security/invite-token.ts'
import { CannotUnseal, issuedKey, openRequest, type SealedRequest } from '../../../security/sealing.ts'
import { digest } from '../../../security/tokens.ts'
import { privateKeyContext } from '../../../store/contexts.ts'
import type { Store } from '../../../store/store.ts'
import type { Invites } from '../../membership/invites.ts'
import { EXCHANGE_PURPOSE } from '../exchange-client.ts'
import type { Applicant } from './applicant.ts'

interface OpeningOptions {
  store: Pick<Store, 'members' | 'vault'>
  invites: Pick<Invites, 'byKeyId'>
}

/** Who is in a sealed request, and how the answer is sealed. @throws InviteUnknown, InviteUsed, InviteExpired, BadRequest */
export async function openSealed(body: SealedRequest, options: OpeningOptions) {
  const { publicKey, privateKey, inviteDigest } = keyOf(body, options)
  const { plain, sealReply } = await openRequest({ publicKey, privateKey }, body, EXCHANGE_PURPOSE).catch(unknown)
  const content = contentOf(plain)
  if (!Check(SealedRequestContent, content)) throw new BadRequest('the sealed request has a wrong shape')
  const { invite_token, exchange_id: id, preflight, ...said } = content
  const token = bareToken(invite_token)
  if (digest(token) !== inviteDigest) throw new InviteUnknown()
  const applicant: Applicant = { kind: 'sealed', ...said, token, join: { id, key: issuedKey(privateKey, id) } }
  return { applicant, preflight, sealReply }
}

function keyOf({ kid }: SealedRequest, { store: { members, vault }, invites }: OpeningOptions) {
  const invite = invites.byKeyId(kid)
  if (!invite || invite.revokedAt !== undefined) throw new InviteUnknown()
  if (invite.privateKey === undefined) {
    throw invite.usedAt !== undefined || members.bySpentInvite(invite.digest) ? new InviteUsed() : new InviteExpired()
  }
  const [publicKey = '', privateKey = ''] = vault.open(invite.privateKey, privateKeyContext(invite.id)).split('.')
  return { publicKey, privateKey, inviteDigest: invite.digest }
}

function contentOf(plain: string): unknown {
  try {
    return JSON.parse(plain)
  } catch (error) {
    return unknown(error)
  }
}

/** Sealed to another key, or by nobody who has the token. */
function unknown(error: unknown): never {
  throw error instanceof CannotUnseal || error instanceof SyntaxError ? new InviteUnknown() : error
}
