/** What of FlatRun's a request is about. */
export type PathClass =
  /** What peers read of this server, and get from here. */
  | 'shared'
  /** Who may sign in to FlatRun. */
  | 'identity'
  /** FlatRun's WebSockets look at their first message, and at no header. */
  | 'socket'
  /** What FlatRun's web server reports, without a key. */
  | 'report'
  | 'other'

/** Whose a request's key is. */
export type Bearer = 'nobody' | 'of FlatRun' | 'writer here' | 'reader here' | 'peer'

/** How a request goes on. `key of its own`: one that this agent had FlatRun make. `here`: it is answered by this agent. */
export type Way = 'as it came' | 'without a key' | 'with the admin key' | 'with a key of its own' | 'here' | 'refused'

const AS_IT_CAME = { nobody: 'as it came', 'of FlatRun': 'as it came' } as const
const HERE = { 'writer here': 'with the admin key', 'reader here': 'with a key of its own' } as const

/** Whom FlatRun knows goes on as it came; no key of ours ever leaves, nor does one that opens more than its holder may. */
export const WAYS: Record<PathClass, Record<Bearer, Way>> = {
  shared: { ...AS_IT_CAME, ...HERE, peer: 'here' },
  identity: { ...AS_IT_CAME, ...HERE, peer: 'refused' },
  socket: { ...AS_IT_CAME, 'writer here': 'without a key', 'reader here': 'without a key', peer: 'without a key' },
  // Only from this machine, which is looked at besides.
  report: { ...AS_IT_CAME, 'writer here': 'without a key', 'reader here': 'without a key', peer: 'refused' },
  other: { ...AS_IT_CAME, ...HERE, peer: 'with a key of its own' }
}

const SHARED: ReadonlySet<string> = new Set(['/api/deployments', '/api/stats', '/api/capacity'])
const IDENTITY = /^\/api\/(?:users|apikeys|auth|setup)(?:\/|$)/
const REPORT = /^\/api\/(?:security\/events\/ingest|traffic\/ingest|_internal(?:\/.*)?)$/
const SOCKET =
  /^\/api\/(?:containers\/[^/]+\/exec|system\/terminal(?:\/interactive)?|deployments\/[^/]+\/(?:jobs\/[^/]+|logs)\/stream)$/

/** Of a decoded path without its query. */
export function classOf(path: string, { reads, opensSocket }: { reads: boolean; opensSocket: boolean }): PathClass {
  if (REPORT.test(path)) return 'report'
  if (IDENTITY.test(path)) return 'identity'
  if (opensSocket && SOCKET.test(path)) return 'socket'
  return reads && SHARED.has(path) ? 'shared' : 'other'
}

const KEPT =
  /^\/api\/(?:cluster(?:\/.*)?|health|audit|openapi\.json|stats\/history|auth\/(?:ticket|session)|(?:inspector|alerts)(?:\/.*)?)\/*$/i

/** Whether a path is this agent's own, however it is written. */
export const isKept = (path: string): boolean => KEPT.test(path)
