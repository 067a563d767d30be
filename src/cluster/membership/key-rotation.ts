import { Check } from 'typebox/value'
import { BadPeerAnswer, BadRequest, ContactFailed, RotationRefused } from '../../errors.ts'
import type { Remote } from '../../remote/client.ts'
import { RemoteFailure } from '../../remote/failure.ts'
import { refusalOf } from '../../remote/refusal.ts'
import type { EventLog } from '../../schemas/event.ts'
import { RotatedKey, SealedBody } from '../../schemas/joining.ts'
import type { Member } from '../../schemas/peer.ts'
import {
  CannotSeal,
  CannotUnseal,
  createSealingKey,
  openRequest,
  type SealedRequest,
  sealRequest
} from '../../security/sealing.ts'
import { randomToken } from '../../security/tokens.ts'
import { credentialContext } from '../../store/contexts.ts'
import type { Store } from '../../store/store.ts'
import { targetOf } from '../peers/transport.ts'
import { keptOf } from './signing-keys.ts'

interface RotationOptions {
  store: Pick<Store, 'members' | 'vault' | 'revoke'>
  remote: Pick<Remote, 'request' | 'deadlines'>
  events: EventLog
  /** Keys older than half of this are changed; undefined: by hand only. */
  everyMs?: number
  now?: () => number
  onError: (error: unknown) => void
}

const PURPOSE = 'POST /api/cluster/rotate'
const MAX_BYTES = 16_384
/** Requests that were under way when the new key was first seen still carry the old one. */
const GRACE_MS = 120_000

export type Rotation = ReturnType<typeof createRotation>

/**
 * New keys for old ones, without a request that fails. The side that presents a key asks for another; it comes back
 * sealed to a one-time key, so nothing is readable on the way. Both keys are good until the new one was used.
 */
export function createRotation({ store, remote, events, everyMs, now = Date.now, onError }: RotationOptions) {
  const { members, vault } = store
  const timestamp = (at = now()) => new Date(at).toISOString()
  const busy = new Set<string>()
  const limits = { deadlineMs: remote.deadlines.requestMs, maxBytes: MAX_BYTES }

  /** Asks a peer for a new key to present there. @throws ContactFailed, RotationRefused, BadPeerAnswer */
  async function renew(id: string, mutual: boolean): Promise<void> {
    const member = members.get(id)
    if (!member?.features.includes('rotate'))
      throw new BadRequest('That peer cannot change keys; remove it and join again')
    if (busy.has(id)) return
    busy.add(id)
    try {
      const key = await createSealingKey()
      const body = await post(member, '/api/cluster/rotate', { key: key.publicKey, mutual })
      if (!Check(SealedBody, body)) throw new BadPeerAnswer('it is not a sealed key')
      const content: unknown = JSON.parse(await unsealed(openRequest(key, body, PURPOSE)))
      if (!Check(RotatedKey, content)) throw new BadPeerAnswer('it is not a key')
      await keep(id, content.api_key)
      await settle(id)
    } finally {
      busy.delete(id)
    }
  }

  async function keep(id: string, key: string): Promise<void> {
    const sealed = vault.seal(key, credentialContext(id))
    await members.change(id, (member) => ({
      ...member,
      credential: { sealed, previous: member.credential.sealed, since: timestamp() }
    }))
  }

  /** Finds out whether the other side takes the new key: then the old one is forgotten, else it comes back. */
  async function settle(id: string): Promise<void> {
    const member = members.get(id)
    const previous = member?.credential.previous
    if (!member || previous === undefined) return
    const answer = await remote.request(targetOf(member), { path: '/api/cluster/status', ...limits })
    const refusal = refusalOf(answer)?.class
    // Only the agent itself tells. Anything else, a proxy's 502 or 401 say, is asked again: both keys are kept until then.
    const accepted = answer.status === 200 || refusal === 'forbidden'
    if (!accepted && refusal !== 'key_refused') return
    await members.change(id, (now) => {
      const { sealed, since } = now.credential
      if (now.credential.previous !== previous) return undefined
      return { ...now, credential: { sealed: accepted ? sealed : previous, since } }
    })
    if (!accepted) return
    events.publish({
      type: 'peer.rekeyed',
      peer: member.name,
      peer_id: id,
      reason: 'this server presents a new key there'
    })
  }

  async function post(member: Member, path: string, body: unknown): Promise<unknown> {
    const answer = await remote
      .request(targetOf(member), { method: 'POST', path, body, ...limits })
      .catch((error: unknown) => {
        throw error instanceof RemoteFailure ? new ContactFailed(error.message, { cause: error }) : error
      })
    if (answer.status !== 200) throw new RotationRefused(answer.status)
    return JSON.parse(answer.text)
  }

  return {
    renew,

    /** The answering side: makes a key for the peer that asks, sealed to the key that it sent. */
    async issue(id: string, publicKey: string, mutual: boolean): Promise<SealedRequest> {
      const key = randomToken()
      const kept = keptOf(vault, id, key)
      const { request } = await sealRequest(publicKey, JSON.stringify({ api_key: key }), PURPOSE).catch(refuseKey)
      const changed = await members.change(id, (member) => {
        const { next: unused, ...keyDigest } = member.keyDigest
        const { [unused ?? '']: _, ...signing } = member.signing ?? {}
        return { ...member, keyDigest: { ...keyDigest, next: kept.digest }, signing: { ...signing, ...kept.signing } }
      })
      if (!changed) throw new BadRequest('not a member any more')
      if (mutual) renew(id, false).catch(onError)
      return request
    },

    /** The peer used its new key: that one counts from now on. */
    async promote(id: string, used: string): Promise<void> {
      const until = timestamp(now() + GRACE_MS)
      let promoted = false
      const member = await members.change(id, (member) => {
        const { current, next, previous } = member.keyDigest
        if (next !== used) return undefined
        promoted = true
        if (previous) store.revoke([previous.digest])
        const { [previous?.digest ?? '']: _, ...signing } = member.signing ?? {}
        const keyDigest = { current: used, previous: { digest: current, until } }
        return { ...member, keyDigest, ...(member.signing && { signing }) }
      })
      if (!promoted || !member) return
      events.publish({ type: 'peer.rekeyed', peer: member.name, peer_id: id, reason: 'it presents a new key here' })
    },

    /** Run each minute: ends what is over, goes on with what was interrupted, renews what is old. */
    async tidy(): Promise<void> {
      for (const member of members.all()) {
        await endPrevious(member)
        if (member.state !== 'active') continue
        if (member.credential.previous !== undefined) await settle(member.id).catch(() => {})
        else if (isOld(member)) await renew(member.id, false).catch(onError)
      }
    }
  }

  async function endPrevious({ id, keyDigest }: Member): Promise<void> {
    const over = keyDigest.previous
    if (!over || Date.parse(over.until) > now()) return
    store.revoke([over.digest])
    await members.change(id, (member) => {
      const { previous, ...digests } = member.keyDigest
      if (previous?.digest !== over.digest) return undefined
      const { [over.digest]: _, ...signing } = member.signing ?? {}
      return { ...member, keyDigest: digests, ...(member.signing && { signing }) }
    })
  }

  /** At a moment between half and four fifths of its life, another one for each member: not all at once. */
  function isOld({ id, credential, features }: Member): boolean {
    if (everyMs === undefined || !features.includes('rotate')) return false
    const share = 0.5 + (Number.parseInt(id.slice(0, 4), 16) / 0xffff) * 0.3
    return Date.parse(credential.since) + everyMs * share < now()
  }
}

function refuseKey(error: unknown): never {
  throw error instanceof CannotSeal ? new BadRequest('key: nothing can be sealed to this public key') : error
}

async function unsealed(opening: Promise<{ plain: string }>): Promise<string> {
  try {
    return (await opening).plain
  } catch (cause) {
    throw cause instanceof CannotUnseal ? new BadPeerAnswer('its answer was changed on the way') : cause
  }
}
