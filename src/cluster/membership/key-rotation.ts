import { RotationOpen, RotationRefused } from '../../errors/members.ts'
import { BadRequest } from '../../errors/requests.ts'
import { knowsOurKey, refusalOf } from '../../remote/answers/refusal.ts'
import type { Remote } from '../../remote/client.ts'
import { RemoteFailure } from '../../remote/failure.ts'
import type { EventLog } from '../../schemas/event.ts'
import { credentialContext } from '../../store/contexts.ts'
import type { Store } from '../../store/store.ts'
import { targetOf } from '../peers/transport.ts'
import { createIssuedKeys } from './issued-keys.ts'
import { isDueForRotation } from './lifetimes.ts'
import { askForKey, limitsOf, type Renewal } from './requested-key.ts'

interface RotationOptions {
  store: Pick<Store, 'members' | 'vault'>
  remote: Pick<Remote, 'request' | 'deadlines'>
  events: EventLog
  /** Keys older than half of this are changed; undefined: by hand only. */
  everyMs?: number
  now?: () => number
  /** Of the limit on how often a peer gets a key. */
  monotonic?: () => number
  onFault: (error: unknown) => void
}

export type Rotation = ReturnType<typeof createRotation>

const BY_ITSELF: Renewal = { mutual: false, atOnce: false }

/**
 * New keys for old ones, without a request that fails. The side that presents a key asks for another; it comes back
 * sealed to a one-time key and with the current one, so that nobody in between can read it or put another in its place.
 */
export function createRotation(options: RotationOptions) {
  const { store, remote, events, everyMs, now = Date.now, onFault } = options
  const { members, vault } = store
  const timestamp = (at = now()) => new Date(at).toISOString()
  const underWay = new Map<string, Promise<void>>()
  /** Those to whom the old key is presented again, after a refusal of the new one. */
  const wentBack = new Set<string>()
  const issued = createIssuedKeys({
    ...options,
    onMutual: (id, atOnce) => void renew(id, { mutual: false, atOnce }).catch(onFault)
  })

  /** Asks a peer for a new key to present there. @throws ContactFailed, RotationRefused, RotationOpen, BadPeerAnswer */
  function renew(id: string, renewal: Renewal): Promise<void> {
    const known = underWay.get(id)
    if (known) return known
    const renewing = renewNow(id, renewal).finally(() => underWay.delete(id))
    underWay.set(id, renewing)
    return renewing
  }

  async function renewNow(id: string, renewal: Renewal): Promise<void> {
    const member = members.get(id)
    if (!member?.features.includes('rotate'))
      throw new BadRequest('That peer cannot change keys; remove it and join again')
    const current = vault.open(member.credential.sealed, credentialContext(id))
    const { key, features } = await askForKey(remote, member, current, renewal)
    await keep(id, key, features)
    if ((await settle(id).catch(notNow)) !== 'refused') return
    const before = await settle(id).catch(notNow)
    throw before === 'refused' ? new RotationOpen('it refuses both keys') : new RotationRefused(401)
  }

  function notNow(error: unknown): never {
    throw error instanceof RemoteFailure ? new RotationOpen(error.message, { cause: error }) : error
  }

  async function keep(id: string, key: string, features: readonly string[]): Promise<void> {
    const sealed = vault.seal(key, credentialContext(id))
    wentBack.delete(id)
    await members.change(id, (member) => ({
      ...member,
      features: [...new Set([...member.features, ...features])],
      credential: { sealed, previous: member.credential.sealed, since: timestamp() }
    }))
  }

  /**
   * Finds out whether the other side takes the key that is presented now: then the other one is forgotten, else that one
   * is next. A refusal ends neither, since on plain http anybody in between can say it.
   */
  async function settle(id: string): Promise<'taken' | 'refused' | 'open'> {
    const member = members.get(id)
    const previous = member?.credential.previous
    if (!member || previous === undefined) return 'open'
    const target = targetOf(member)
    const answer = await remote.request(target, { path: '/api/cluster/status', ...limitsOf(remote) })
    const refusal = refusalOf(answer)
    // Only the agent itself tells. Anything else, a proxy's 502 or 401 say, is asked again: both keys are kept until then.
    const accepted = knowsOurKey(answer, target)
    if (!accepted && refusal?.class !== 'key_refused')
      throw refusal ?? new RemoteFailure('http', `it answered with status ${answer.status}`, { status: answer.status })
    await members.change(id, (now) => {
      const { sealed, since } = now.credential
      if (now.credential.previous !== previous) return undefined
      return { ...now, credential: accepted ? { sealed, since } : { sealed: previous, previous: sealed, since } }
    })
    if (!accepted) {
      if (!wentBack.delete(id)) wentBack.add(id)
      return 'refused'
    }
    if (wentBack.delete(id)) return 'taken'
    const { name } = member
    events.publish({ type: 'peer.rekeyed', peer: name, peer_id: id, reason: 'this server presents a new key there' })
    return 'taken'
  }

  return {
    renew,

    issue: issued.issue,
    promote: issued.promote,

    /** Run each minute: ends what is over, goes on with what was interrupted, renews what is old. */
    async tidy(): Promise<void> {
      for (const member of members.all()) {
        await issued.endPrevious(member)
        if (member.state !== 'active') continue
        if (member.credential.previous !== undefined) await settle(member.id).catch(() => {})
        else if (everyMs !== undefined && isDueForRotation(member, everyMs, now()))
          await renew(member.id, BY_ITSELF).catch(onFault)
      }
    }
  }
}
