import type { Invite } from '../../schemas/joining/invite.ts'

/** Two clocks never show quite the same. */
const SAME_MS = 2_000

interface InviteExpiryOptions {
  /** Those of earlier runs. */
  stored: readonly Invite[]
  now: () => number
  /** Milliseconds by a clock that nobody sets. */
  elapsed: () => number
}

/**
 * When invites end. Within one run their time is measured, so setting the clock neither ends one nor gives it more. What
 * an earlier run left has the rest of its time by the clock at this start, and never more than it was given.
 */
export function createInviteExpiry({ stored, now, elapsed }: InviteExpiryOptions) {
  const due = new Map<string, number>()

  function dueOf({ id, createdAt, expiresAt }: Invite): number {
    const known = due.get(id)
    if (known !== undefined) return known
    const end = Date.parse(expiresAt)
    const at = elapsed() + Math.min(end - now(), end - Date.parse(createdAt))
    due.set(id, at)
    return at
  }
  for (const invite of stored) dueOf(invite)

  const leftMs = (invite: Invite): number => dueOf(invite) - elapsed()

  return {
    begin: (invite: Invite): void => void dueOf(invite),
    isOver: (invite: Invite): boolean => leftMs(invite) <= 0,
    /** By the clock as it goes now. */
    endOf(invite: Invite): string {
      const end = now() + leftMs(invite)
      return Math.abs(end - Date.parse(invite.expiresAt)) < SAME_MS ? invite.expiresAt : new Date(end).toISOString()
    },
    forget: (id: string): void => void due.delete(id)
  }
}
