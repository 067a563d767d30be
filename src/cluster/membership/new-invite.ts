import { randomUUID } from 'node:crypto'
import { NoCallbackUrl } from '../../errors/joining.ts'
import { PeerUnknown } from '../../errors/members.ts'
import { BadRequest } from '../../errors/requests.ts'
import { parseDuration } from '../../schemas/duration.ts'
import type { Invite } from '../../schemas/joining/invite.ts'
import type { InviteRequest } from '../../schemas/joining/joining.ts'
import { encodeInvite } from '../../security/invite-token.ts'
import { createSealingKey, sealingKeyId } from '../../security/sealing.ts'
import { digest } from '../../security/tokens.ts'
import { privateKeyContext } from '../../store/contexts.ts'
import type { Store } from '../../store/store.ts'
import { nameOf, type Self } from '../peers/self.ts'
import { checkGrants } from './policies.ts'

const HOUR_MS = 3_600_000
const MIN_LIFE_MS = 60_000
const MAX_LIFE_MS = 24 * HOUR_MS

interface NewInviteOptions {
  store: Pick<Store, 'members' | 'vault'>
  self: Pick<Self, 'urls' | 'name'>
  /** SHA-256 of our certificate's public key, when we serve https ourselves. */
  pin: () => string | undefined
  now: () => number
}

/** An invite as somebody wants it, and its token, which is kept nowhere. @throws BadRequest, PeerUnknown, NoCallbackUrl */
export async function newInvite(
  request: InviteRequest,
  createdBy: string,
  { store: { members, vault }, self, pin, now }: NewInviteOptions
): Promise<{ invite: Invite; token: string }> {
  const lifeMs = life(request.expires_in)
  if (request.grants) checkGrants(request.grants)
  if (request.expected_name !== undefined) nameOf('expected_name', request.expected_name)
  if (request.replaces !== undefined && !members.byName(request.replaces)) throw new PeerUnknown(request.replaces)
  const urls = self.urls()
  if (urls.length === 0) throw new NoCallbackUrl()

  const id = randomUUID()
  const expiresAt = now() + lifeMs
  const key = await createSealingKey()
  const certificate = pin()
  const token = encodeInvite({
    urls,
    name: self.name(),
    exp: Math.floor(expiresAt / 1_000),
    key: key.publicKey,
    ...(certificate !== undefined && { pin: certificate })
  })
  const invite = {
    id,
    digest: digest(token),
    createdAt: new Date(now()).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    createdBy,
    ...wantedOf(request),
    privateKey: vault.seal(`${key.publicKey}.${key.privateKey}`, privateKeyContext(id)),
    publicKeyId: sealingKeyId(key.publicKey)
  }
  return { invite, token }
}

const wantedOf = (request: InviteRequest) => ({
  ...(request.note !== undefined && { note: request.note }),
  ...(request.expected_name !== undefined && { expectedName: request.expected_name }),
  ...(request.grants && { grants: request.grants }),
  ...(request.replaces !== undefined && { replaces: request.replaces }),
  ...(request.require_approval && { requireApproval: true }),
  ...(request.introduce && { introduce: true as const }),
  ...(request.introductions !== undefined && { introductions: request.introductions })
})

function life(text: string | undefined): number {
  if (text === undefined) return HOUR_MS
  const ms = parseDuration(text)
  if (ms === undefined || ms < MIN_LIFE_MS || ms > MAX_LIFE_MS) {
    throw new BadRequest('expires_in: must be a duration from 1m to 24h, such as 30m')
  }
  return ms
}
