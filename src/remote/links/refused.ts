/** The other side answered, and wants no link now. */
export class LinkRefused extends Error {
  override name = 'LinkRefused'
  readonly status: number
  readonly retryAfterMs: number
  /** The peer itself said so: its answer was signed, or came over its TLS. */
  readonly isOwn: boolean

  constructor(status: number, retryAfterMs: number, isOwn = false) {
    super(`it refused a connection with status ${status}`)
    this.status = status
    this.retryAfterMs = retryAfterMs
    this.isOwn = isOwn
  }
}
