import { Check } from 'typebox/value'
import type { Remote } from '../../remote/client.ts'
import { ToldReply, type ToldRequest } from '../../schemas/opinions/told.ts'
import type { Store } from '../../store/store.ts'
import { targetOf } from '../peers/transport.ts'

interface TellOptions {
  members: Pick<Store['members'], 'get'>
  remote: Pick<Remote, 'request' | 'deadlines'>
}

const MAX_BYTES = 16_384

/** Says it to one member. Undefined where it gave no usable answer: it is not counted on then. */
export function createTell({ members, remote }: TellOptions) {
  return async function tell(memberId: string, body: ToldRequest): Promise<ToldReply | undefined> {
    const member = members.get(memberId)
    if (!member) return undefined
    try {
      const { status, text } = await remote.request(targetOf(member), {
        ...{ method: 'POST', path: '/api/cluster/told', body },
        ...{ deadlineMs: remote.deadlines.opinionMs, maxBytes: MAX_BYTES }
      })
      const said: unknown = status === 200 ? JSON.parse(text) : undefined
      return Check(ToldReply, said) ? said : undefined
    } catch {
      return undefined
    }
  }
}
