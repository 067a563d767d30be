import { knowsOurKey, refusalOf } from '../../../remote/answers/refusal.ts'
import type { Remote } from '../../../remote/client.ts'
import { RemoteFailure } from '../../../remote/failure.ts'
import type { EventLog } from '../../../schemas/event.ts'
import type { Member } from '../../../schemas/peer.ts'
import type { Store } from '../../../store/store.ts'
import { targetOf } from '../../peers/transport.ts'
import { limitsOf } from './requested-key.ts'

interface SettlingOptions {
  members: Store['members']
  remote: Pick<Remote, 'request' | 'deadlines'>
  events: EventLog
}

/** While a peer is shown one of two keys: finds out which of them it takes. */
export function createSettling({ members, remote, events }: SettlingOptions) {
  /** Those to whom the old key is presented again, after a refusal of the new one. */
  const wentBack = new Set<string>()

  /** Whether the peer takes the key that is presented now. @throws RemoteFailure where it did not say */
  async function isTaken(member: Member): Promise<boolean> {
    const target = targetOf(member)
    const answer = await remote.request(target, { path: '/api/cluster/status', ...limitsOf(remote) })
    // Only the agent itself tells. Anything else, a proxy's 502 or 401 say, is asked again: both keys are kept until then.
    if (knowsOurKey(answer, target)) return true
    const refusal = refusalOf(answer)
    if (refusal?.class === 'key_refused') return false
    throw refusal ?? new RemoteFailure('http', `it answered with status ${answer.status}`, { status: answer.status })
  }

  return {
    /** There is a newer key to present than the one that was gone back to. */
    begin: (id: string) => void wentBack.delete(id),

    /**
     * Finds out whether the other side takes the key that is presented now: then the other one is forgotten, else that
     * one is next. A refusal ends neither, since on plain http anybody in between can say it.
     */
    async settle(id: string): Promise<'taken' | 'refused' | 'open'> {
      const member = members.get(id)
      const previous = member?.credential.previous
      if (!member || previous === undefined) return 'open'
      const taken = await isTaken(member)
      await members.change(id, (now) => {
        const { sealed, since } = now.credential
        if (now.credential.previous !== previous) return undefined
        return { ...now, credential: taken ? { sealed, since } : { sealed: previous, previous: sealed, since } }
      })
      if (!taken) {
        if (!wentBack.delete(id)) wentBack.add(id)
        return 'refused'
      }
      if (wentBack.delete(id)) return 'taken'
      const { name } = member
      events.publish({ type: 'peer.rekeyed', peer: name, peer_id: id, reason: 'this server presents a new key there' })
      return 'taken'
    }
  }
}
