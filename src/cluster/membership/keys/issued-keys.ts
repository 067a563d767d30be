import { TooManyRotations } from '../../../errors/members.ts'
import { BadRequest } from '../../../errors/requests.ts'
import type { EventLog } from '../../../schemas/event.ts'
import type { RotateRequest } from '../../../schemas/joining/joining.ts'
import type { Member } from '../../../schemas/peer.ts'
import { CannotSeal, rotationKey, type SealedRequest, sealRequest } from '../../../security/sealing.ts'
import { randomToken } from '../../../security/tokens.ts'
import type { Store } from '../../../store/store.ts'
import { FEATURES } from '../../peers/self.ts'
import { createAllowance } from '../allowance.ts'
import { keptOf, openSigningKey } from './signing-keys.ts'

interface IssuedKeysOptions {
  store: Pick<Store, 'members' | 'vault'>
  events: EventLog
  now?: () => number
  /** Of the limit on how often a peer gets a key. */
  monotonic?: () => number
  /** The peer wants us to ask for a new key as well. */
  onMutual: (id: string, atOnce: boolean) => void
}

/** Binds a sealed key to what it is for. */
export const ROTATE_PURPOSE = 'POST /api/cluster/rotate'
/** Requests that were under way when the new key was first seen still carry the old one. */
const GRACE_MS = 120_000
/** More often nobody changes keys: neither by hand nor after answers that were lost. */
const PER_MINUTE = 60

/**
 * The keys that peers present here, and what takes their places. Those that were replaced are in no record any more,
 * which is all that is kept of them: the list of dead keys is for peers that were removed.
 */
export function createIssuedKeys(options: IssuedKeysOptions) {
  const { store, events, now = Date.now, monotonic, onMutual } = options
  const { members, vault } = store
  const mayIssue = createAllowance({ perMinute: PER_MINUTE, ...(monotonic && { now: monotonic }) })

  return {
    /** The answering side: makes a key for the peer that asks, sealed to the key that it sent and with its current one. */
    async issue(
      { id, keyDigest: used }: { id: string; keyDigest: string },
      asked: RotateRequest
    ): Promise<SealedRequest> {
      if (!mayIssue(id)) throw new TooManyRotations()
      const signing = members.get(id)?.signing?.[used]
      const shared =
        asked.features?.includes('rotate-psk') && signing !== undefined
          ? rotationKey(openSigningKey(vault, id, signing), used)
          : undefined
      const key = randomToken()
      const kept = keptOf(vault, id, key)
      const content = JSON.stringify({ api_key: key, features: FEATURES })
      const { request } = await sealRequest(asked.key, content, ROTATE_PURPOSE, shared).catch(refuseKey)
      const changed = await members.change(id, (member) => withNext(member, kept, asked))
      if (!changed) throw new BadRequest('not a member any more')
      if (asked.mutual) onMutual(id, asked.at_once ?? false)
      return request
    },

    /** The peer used its new key: that one counts from now on. */
    async promote(id: string, used: string): Promise<void> {
      const until = new Date(now() + GRACE_MS).toISOString()
      let promoted = false
      const member = await members.change(id, (member) => {
        promoted = member.keyDigest.next === used
        return promoted ? withPromoted(member, used, until) : undefined
      })
      if (!promoted || !member) return
      events.publish({ type: 'peer.rekeyed', peer: member.name, peer_id: id, reason: 'it presents a new key here' })
    },

    async endPrevious({ id, keyDigest }: Member): Promise<void> {
      const over = keyDigest.previous
      if (!over || Date.parse(over.until) > now()) return
      await members.change(id, (member) => withoutPrevious(member, over.digest))
    }
  }
}

/** A key waits to be used; one that waited before is dropped. */
function withNext(member: Member, kept: ReturnType<typeof keptOf>, asked: RotateRequest): Member {
  const { next: unused, atOnce: _atOnce, ...keyDigest } = member.keyDigest
  const { [unused ?? '']: _, ...signing } = member.signing ?? {}
  return {
    ...member,
    features: [...new Set([...member.features, ...(asked.features ?? [])])],
    keyDigest: { ...keyDigest, next: kept.digest, ...(asked.at_once && { atOnce: true }) },
    signing: { ...signing, ...kept.signing }
  }
}

/** The key that waited counts; the one before it until then, or no more. */
function withPromoted(member: Member, used: string, until: string): Member {
  const { current, previous, atOnce } = member.keyDigest
  const keyDigest = atOnce ? { current: used } : { current: used, previous: { digest: current, until } }
  const over = [previous?.digest, atOnce ? current : undefined]
  return { ...member, keyDigest, ...(member.signing && { signing: without(member.signing, over) }) }
}

/** Undefined where another key is the one before. */
function withoutPrevious(member: Member, digest: string): Member | undefined {
  const { previous, ...keyDigest } = member.keyDigest
  if (previous?.digest !== digest) return undefined
  return { ...member, keyDigest, ...(member.signing && { signing: without(member.signing, [digest]) }) }
}

const without = (signing: Record<string, string>, digests: readonly (string | undefined)[]) =>
  Object.fromEntries(Object.entries(signing).filter(([keyDigest]) => !digests.includes(keyDigest)))

function refuseKey(error: unknown): never {
  throw error instanceof CannotSeal ? new BadRequest('key: nothing can be sealed to this public key') : error
}
