import pLimit from 'p-limit'
import { InviteIdUnknown, InviteLimit } from '../../errors/joining.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { Invite } from '../../schemas/joining/invite.ts'
import type { InviteRequest, InviteView } from '../../schemas/joining/joining.ts'
import { bareToken } from '../../security/invite-token.ts'
import { digest } from '../../security/tokens.ts'
import type { Store } from '../../store/store.ts'
import type { Self } from '../peers/self.ts'
import { createInviteExpiry } from './invite-expiry.ts'
import { newInvite } from './new-invite.ts'

const MAX_OPEN = 100
/** How long an ended invite is remembered, to tell "used" and "expired" from "never heard of". */
const REMEMBER_MS = 7 * 24 * 3_600_000

interface InvitesOptions {
  store: Pick<Store, 'invites' | 'members' | 'vault'>
  self: Pick<Self, 'urls' | 'name'>
  events: EventLog
  /** SHA-256 of our certificate's public key, when we serve https ourselves. */
  pin?: () => string | undefined
  now?: () => number
  elapsed?: () => number
}

export type Invites = ReturnType<typeof createInvites>

/** One-time invites: made, listed, spent, revoked. */
export function createInvites(options: InvitesOptions) {
  const { store, self, events, pin = () => undefined, now = Date.now, elapsed = () => performance.now() } = options
  const { invites, members } = store
  const expiry = createInviteExpiry({ stored: invites.all(), now, elapsed })
  const isOver = (invite: Invite) => invite.revokedAt !== undefined || expiry.isOver(invite)
  const hasEnded = (invite: Invite) => invite.usedAt !== undefined || isOver(invite)
  const isOpen = (invite: Invite) => !hasEnded(invite) && !members.bySpentInvite(invite.digest)
  const open = () => invites.all().filter(isOpen)
  const oneAtATime = pLimit(1)

  async function create(request: InviteRequest, createdBy: string) {
    const { invite, token } = await newInvite(request, createdBy, { store, self, pin, now })
    if (open().length >= MAX_OPEN) throw new InviteLimit()
    await invites.put(invite)
    expiry.begin(invite)
    const { id, expiresAt: expires_at } = invite
    events.publish({ type: 'invite.created', reason: `by ${createdBy}`, facts: { invite: id } })
    return { invite_token: token, expires_at, id }
  }

  return {
    /**
     * All work that spends, ends or erases an invite, or a member that came by one, goes through here, one at a time: no
     * work sees another's half. Not for work that waits for another server.
     */
    inTurn: <T>(work: () => Promise<T>): Promise<T> => oneAtATime(work),

    create: (request: InviteRequest, createdBy: string) => oneAtATime(() => create(request, createdBy)),

    /** The open ones, the newest first; never a token. */
    list: (): InviteView[] =>
      open()
        .map((invite) => viewOf(invite, expiry.endOf(invite)))
        .sort((a, b) => b.created_at.localeCompare(a.created_at)),

    revoke: (id: string): Promise<void> =>
      oneAtATime(async () => {
        const invite = invites.get(id)
        if (!invite || !isOpen(invite)) throw new InviteIdUnknown(id)
        await invites.put(ended(invite, { revokedAt: new Date(now()).toISOString() }))
        events.publish({ type: 'invite.revoked', facts: { invite: id } })
      }),

    byDigest: (tokenDigest: string) => invites.all().find((invite) => invite.digest === tokenDigest),
    byKeyId: (keyId: string) => invites.all().find((invite) => invite.publicKeyId === keyId),
    /** Our own token, told before anything is sent. */
    isOurs: (token: string) => invites.all().some((invite) => invite.digest === digest(bareToken(token))),

    isOver,

    /**
     * After the member that names it is stored. The sealing key stays until the join is confirmed: the same join may
     * have to be asked again. Within `inTurn`.
     */
    spend: (invite: Invite, memberId: string): Promise<void> =>
      invites.put({ ...invite, usedBy: memberId, usedAt: new Date(now()).toISOString() }),

    /** The member that spent it is confirmed, or goes: the sealing key is not needed any more. Within `inTurn`. */
    async close(tokenDigest: string): Promise<void> {
      const invite = invites.all().find((entry) => entry.digest === tokenDigest)
      if (!invite || (invite.privateKey === undefined && hasEnded(invite))) return
      // A crash may have come between the member and this; without the member it would be open again.
      await invites.put(ended(invite, { usedAt: invite.usedAt ?? new Date(now()).toISOString() }))
    },

    /** Drops what ended long ago, and the private keys of what has ended since: run at start and now and then. */
    tidy: (): Promise<void> =>
      oneAtATime(async () => {
        for (const invite of invites.all()) {
          if (isOver(invite) && Date.parse(invite.expiresAt) + REMEMBER_MS < now()) {
            await invites.delete(invite.id)
            expiry.forget(invite.id)
          } else if (invite.privateKey !== undefined && isOver(invite)) await invites.put(ended(invite, {}))
        }
      })
  }
}

/** The private half of the sealing key goes with the invite: what was captured stays closed. */
function ended(invite: Invite, how: Pick<Invite, 'usedBy' | 'usedAt' | 'revokedAt'>): Invite {
  const { privateKey: _, ...rest } = invite
  return { ...rest, ...how }
}

function viewOf(invite: Invite, end: string): InviteView {
  return {
    id: invite.id,
    created_at: invite.createdAt,
    expires_at: end,
    created_by: invite.createdBy,
    ...(invite.note !== undefined && { note: invite.note }),
    ...(invite.expectedName !== undefined && { expected_name: invite.expectedName }),
    ...(invite.replaces !== undefined && { replaces: invite.replaces }),
    ...(invite.requireApproval && { require_approval: true }),
    ...(invite.introduce && { introduce: true })
  }
}
