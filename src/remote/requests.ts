import type { Dispatcher } from 'undici'
import type { Clock } from '../../machines/clock.ts'
import { collect } from './answers/collect.ts'
import { createLargeAnswers } from './answers/large-answers.ts'
import { type Authorization, digestOf } from './authorization.ts'
import { RemoteFailure } from './failure.ts'
import type { Ask, PeerTarget, RemoteAnswer } from './target.ts'

interface RequestsOptions {
  authorization: Authorization
  clock: Clock
  /** Of all answers that are coming, without small ones. */
  mostBytes: number
}

type Sends = Pick<Dispatcher, 'dispatch'>

/** Requests whose whole answers are wanted, each with a deadline and a size limit. @throws RemoteFailure */
export function createRequests({ authorization, clock, mostBytes }: RequestsOptions) {
  const large = createLargeAnswers({ mostBytes })
  const limitsOf = ({ maxBytes, signal }: Ask, deadlineMs: number) => ({ maxBytes, signal, deadlineMs, clock, large })

  return {
    /** With our key. Sent once more where the first time surely did nothing, or did no harm. */
    async authorized(
      dispatcher: Sends,
      base: string,
      { target, ask }: { target: PeerTarget; ask: Ask }
    ): Promise<RemoteAnswer> {
      const { headers, ...parts } = requestOf(base, ask)
      const { method, path, body } = parts
      // Only a signature needs it.
      const bodyDigest = target.transport === 'signed' && body !== undefined ? digestOf(body) : undefined
      const due = clock.now() + ask.deadlineMs
      let [mayBeStale, mayBeOvertaken] = [method === 'GET', true]
      for (;;) {
        const attempt = authorization.attempt(target, { method, path, ...(bodyDigest && { bodyDigest }) })
        const sent = { ...parts, headers: { ...headers, ...attempt.headers, ...authorization.wanted(target) } }
        try {
          const answer = await collect(dispatcher, sent, limitsOf(ask, due - clock.now()))
          const own = attempt.isOwn(answer)
          const again = mayBeOvertaken && clock.now() < due && attempt.isOvertaken(answer)
          if (!again) return own ? { ...answer, own } : answer
          mayBeOvertaken = false
        } catch (error) {
          // The peer may close an idle connection at the moment in which we reuse it (RFC 9112 §9.3.1).
          const stale = error instanceof RemoteFailure && error.stale
          if (!mayBeStale || !stale || clock.now() >= due) throw error
          mayBeStale = false
        }
      }
    },

    /** Without any key of ours. */
    bare: (dispatcher: Sends, base: string, ask: Ask): Promise<RemoteAnswer> =>
      collect(dispatcher, requestOf(base, ask), limitsOf(ask, ask.deadlineMs))
  }
}

function requestOf(base: string, ask: Ask) {
  const method = ask.method ?? 'GET'
  const body = ask.body === undefined ? undefined : JSON.stringify(ask.body)
  return {
    method,
    path: base + ask.path,
    body,
    headersTimeout: ask.deadlineMs,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...ask.headers
    }
  }
}
