import type { FailureClass } from '../schemas/health.ts'
import { codeOf, isRecord } from '../untyped.ts'

interface FailureOptions {
  status?: number
  clocksApartMs?: number
  cause?: unknown
  stale?: boolean
  overtaken?: boolean
}

/** A request to a peer that gave nothing usable. Its message is a sentence without addresses or secrets. */
export class RemoteFailure extends Error {
  override name = 'RemoteFailure'
  readonly class: FailureClass
  /** HTTP status where there was one. */
  readonly status: number | undefined
  /** A kept connection died under the request before any answer: it says nothing of the peer, and may be asked again. */
  readonly stale: boolean
  /** Refused before anything was done, since the peer was started anew or our key was changed: it may be asked again. */
  readonly overtaken: boolean
  /** For `clock_skew`: how far apart the other side finds the clocks. */
  readonly clocksApartMs: number | undefined

  constructor(kind: FailureClass, sentence: string, options: FailureOptions = {}) {
    super(sentence, options.cause === undefined ? undefined : { cause: options.cause })
    this.class = kind
    this.status = options.status
    this.stale = options.stale ?? false
    this.overtaken = options.overtaken ?? false
    this.clocksApartMs = options.clocksApartMs
  }
}

/** Codes of our own, for what the connector refuses. */
export const ADDRESS_REFUSED = 'PEER_ADDRESS_REFUSED'
export const PIN_MISMATCH = 'PEER_PIN_MISMATCH'

const SENTENCES: Record<FailureClass, string> = {
  dns: 'its host name cannot be resolved',
  refused: 'the connection was refused or there is no route to it',
  reset: 'the connection was lost before the whole answer had come',
  timeout: 'it did not answer in time',
  tls: 'its certificate cannot be verified, or it speaks no TLS there',
  http: 'what it answered is not valid HTTP',
  not_agent: 'no agent at this address',
  key_refused: 'it refuses our key',
  too_large: 'its answer is too large',
  bad_json: 'its answer is not valid JSON',
  address: 'its address may not be dialled from here',
  aborted: 'the request was cancelled',
  internal: 'the request could not be made',
  forbidden: 'its policy for this server does not allow that',
  clock_skew: 'the clocks differ by too much; set both by NTP',
  unlinked: 'it dials us, and has no connection open'
}

const CLASSES: Record<string, FailureClass> = {
  [ADDRESS_REFUSED]: 'address',
  [PIN_MISMATCH]: 'tls',
  ENOTFOUND: 'dns',
  ENODATA: 'dns',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EHOSTDOWN: 'refused',
  EADDRNOTAVAIL: 'refused',
  EACCES: 'refused',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'reset',
  UND_ERR_CLOSED: 'aborted',
  UND_ERR_DESTROYED: 'aborted',
  UND_ERR_ABORTED: 'aborted',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_OVERFLOW: 'too_large',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'too_large',
  EPROTO: 'tls'
}

/** Any error of a connection or a request as a failure; what is one already passes through. */
export function failureOf(error: unknown): RemoteFailure {
  if (error instanceof RemoteFailure) return error
  const kind = classOf(causeOf(error))
  return new RemoteFailure(kind, SENTENCES[kind], { cause: error, stale: kind === 'reset' && hadBeenUsed(error) })
}

/** The failure of a class, where no error caused it. */
export const failure = (kind: FailureClass, options?: FailureOptions) =>
  new RemoteFailure(kind, SENTENCES[kind], options)

export const overtaken = () =>
  new RemoteFailure('reset', 'it was started anew, or changed our key, at that moment; try again', {
    status: 401,
    overtaken: true
  })

function classOf(code: string): FailureClass {
  const known = CLASSES[code]
  if (known) return known
  if (code.startsWith('EAI_')) return 'dns'
  if (code.startsWith('HPE_')) return 'http'
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|CRL/.test(code)) return 'tls'
  return 'internal'
}

/** The code that tells the cause: of several attempts' errors (one per address) the first. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const code = codeOf(error)
  if (code !== undefined) return code
  if (error.name === 'HTTPParserError') return 'HPE_'
  if (error instanceof AggregateError) return causeOf(error.errors[0])
  return causeOf(error.cause)
}

/** Whether an answer had come over the connection before: undici's errors tell it, or the connector's mark on others. */
function hadBeenUsed(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const place = 'socket' in error && isRecord(error.socket) ? error.socket : error
  return 'bytesRead' in place && Number(place.bytesRead) > 0
}
