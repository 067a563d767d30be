import type { FastifyRequest } from 'fastify'
import { FlatRunDown, FlatRunKeyRefused, FlatRunUnclear } from '../../flatrun/faults.ts'
import type { Way } from '../forwarding/way.ts'
import type { Front } from './front.ts'
import { headersBack, headersOnwards } from './headers.ts'

export interface Shown {
  /** What FlatRun is shown; undefined: nothing. */
  authorization: string | undefined
  /** The key is not the caller's, so that a refusal of it is not the caller's either. */
  onRefused?: (() => void) | undefined
}

/** The way on to FlatRun's agent, which has as long as it takes: an image is pulled for minutes before the answer begins. */
export function toFlatRun(
  request: FastifyRequest,
  { agent, doubt }: Pick<Front, 'agent' | 'doubt'>,
  { authorization, onRefused }: Shown
): Way {
  return {
    send: agent.forward,
    path: request.raw.url ?? '',
    headersTimeoutMs: 0,
    headers: ({ body }) => headersOnwards(request, { authorization, body }),
    headersBack,
    instead(status) {
      if (status !== 401 || !onRefused) return undefined
      onRefused()
      return new FlatRunKeyRefused('it does not know the key any more; ask again')
    },
    fault(reason) {
      doubt()
      return new FlatRunDown(reason.message, { cause: reason })
    },
    noSocket: () => new FlatRunUnclear('it does not speak WebSocket there')
  }
}
