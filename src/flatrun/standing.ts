import type { Told } from './agent.ts'
import { errorOf } from './untyped.ts'

/** What somebody may do in the cluster by FlatRun's word; `nobody` is a key that FlatRun does not know. */
export type Standing = 'nobody' | 'nothing' | 'read' | 'write'

/** Reaches its handler, and does nothing there, only with `cluster:write`; needs no cluster. */
export const FOR_WRITERS = '/api/cluster/peers/-/proxy/'
/** The same for `cluster:read`. */
export const FOR_READERS = '/api/cluster/status'

/**
 * What the answers to these two say. FlatRun's own `auth/validate` takes sessions that were revoked, and `users/me` refuses
 * keys of its config. `ask`: the second answer is wanted. Undefined: that is no answer of FlatRun's.
 */
export function standingBy(forWriters: Told, forReaders?: Told): Standing | 'ask' | undefined {
  if (errorOf(forWriters) === undefined) return undefined
  switch (forWriters.status) {
    case 401:
      return 'nobody'
    case 400:
    case 404:
      return 'write'
    case 403:
      return forReaders === undefined ? 'ask' : readerBy(forReaders)
    default:
      return undefined
  }
}

function readerBy({ status, ...rest }: Told): Standing | undefined {
  if (status === 200) return 'read'
  if (errorOf({ status, ...rest }) === undefined) return undefined
  if (status === 401) return 'nobody'
  return status === 403 ? 'nothing' : undefined
}
