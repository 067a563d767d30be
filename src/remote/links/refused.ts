/** The other side answered, and wants no link now. */
export class LinkRefused extends Error {
  override name = 'LinkRefused'
  readonly status: number
  readonly retryAfterMs: number

  constructor(status: number, retryAfterMs: number) {
    super(`it refused a connection with status ${status}`)
    this.status = status
    this.retryAfterMs = retryAfterMs
  }
}
