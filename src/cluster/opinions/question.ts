import { Check } from 'typebox/value'
import type { Remote } from '../../remote/client.ts'
import { failureOf } from '../../remote/failure.ts'
import { Opinion } from '../../schemas/opinions/opinion.ts'
import type { Store } from '../../store/store.ts'
import { targetOf } from '../peers/transport.ts'
import type { Heard } from './asking.ts'

interface QuestionOptions {
  members: Pick<Store['members'], 'get'>
  remote: Pick<Remote, 'request' | 'deadlines'>
}

const MAX_BYTES = 4_096

/** Puts the question to one member. */
export function createQuestion({ members, remote }: QuestionOptions) {
  return async function ask(memberId: string, about: string): Promise<Heard> {
    const member = members.get(memberId)
    if (!member) return { opinion: 'refused' }
    try {
      const { status, text } = await remote.request(targetOf(member), {
        ...{ method: 'POST', path: '/api/cluster/opinion', body: { about } },
        ...{ deadlineMs: remote.deadlines.opinionMs, maxBytes: MAX_BYTES }
      })
      const said: unknown = status === 200 ? JSON.parse(text) : undefined
      return Check(Opinion, said) ? said : { opinion: 'refused' }
    } catch (error) {
      const { class: failed } = failureOf(error)
      return failed === 'internal' || failed === 'aborted'
        ? { opinion: 'refused' }
        : { opinion: 'silent', class: failed }
    }
  }
}
