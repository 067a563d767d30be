import { RotationOpen, RotationRefused } from '../../../errors/members.ts'
import { BadRequest } from '../../../errors/requests.ts'
import { createInFlight } from '../../../in-flight.ts'
import type { Remote } from '../../../remote/client.ts'
import { RemoteFailure } from '../../../remote/failure.ts'
import type { EventLog } from '../../../schemas/event.ts'
import { credentialContext } from '../../../store/contexts.ts'
import type { Store } from '../../../store/store.ts'
import { isDueForRotation } from '../lifetimes.ts'
import { createIssuedKeys } from './issued-keys.ts'
import { askForKey, type Renewal } from './requested-key.ts'
import { createSettling } from './settling.ts'

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
  const once = createInFlight<void>()
  const { settle, begin } = createSettling({ members, remote, events })
  const issued = createIssuedKeys({
    ...options,
    onMutual: (id, atOnce) => void renew(id, { mutual: false, atOnce }).catch(onFault)
  })

  /** Asks a peer for a new key to present there. @throws ContactFailed, RotationRefused, RotationOpen, BadPeerAnswer */
  function renew(id: string, renewal: Renewal): Promise<void> {
    return once(id, () => renewNow(id, renewal))
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

  async function keep(id: string, key: string, features: readonly string[]): Promise<void> {
    const sealed = vault.seal(key, credentialContext(id))
    begin(id)
    await members.change(id, (member) => ({
      ...member,
      features: [...new Set([...member.features, ...features])],
      credential: { sealed, previous: member.credential.sealed, since: timestamp() }
    }))
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

function notNow(error: unknown): never {
  throw error instanceof RemoteFailure ? new RotationOpen(error.message, { cause: error }) : error
}
