import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../../cluster/access/caller.ts'
import { mayAllThat } from '../access/scope.ts'
import { whenClosed } from './when-over.ts'

interface OpenAnswersOptions {
  /** What the caller's key opens now; undefined when nothing. */
  current: (caller: Caller) => Caller | undefined
}

/** How often sessions that are over are looked for. */
const REVIEW_MS = 10_000

/**
 * Every answer that is being given to somebody who showed a key: streams, logs, proxied requests, WebSockets. Whenever
 * keys, grants or members change they are looked at again, and end where the key does not open all that it did. A
 * connection on which nothing is answered may stay: every request shows its key anew. One that a peer opened to be asked over
 * was opened with a key, and ends with it.
 */
export function createOpenAnswers({ current }: OpenAnswersOptions) {
  const open = new Set<{ caller: Caller; end: () => void }>()
  const reviewing = setInterval(review, REVIEW_MS).unref()

  function review(): void {
    for (const entry of open) {
      if (mayAllThat(current(entry.caller), entry.caller)) continue
      open.delete(entry)
      entry.end()
    }
  }

  return {
    note(caller: Caller, request: FastifyRequest, reply: FastifyReply): void {
      const { socket } = request.raw
      const entry = { caller, end: () => void socket.destroy() }
      open.add(entry)
      whenClosed(request, reply, () => open.delete(entry))
    },
    /** Whether the key of somebody who was admitted before still opens what it did. */
    admits: (caller: Caller) => mayAllThat(current(caller), caller),
    review,
    count: () => open.size,
    close: () => clearInterval(reviewing)
  }
}

export type OpenAnswers = ReturnType<typeof createOpenAnswers>
