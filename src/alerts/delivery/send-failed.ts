/** It was not taken; the message names no address and no secret. */
export class SendFailed extends Error {
  override name = 'SendFailed'
  /** When the receiver wants to be asked again. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.retryAfterMs = options.retryAfterMs
  }
}

/** Codes such as ECONNREFUSED or EAUTH tell enough; messages may hold addresses. */
export function codeOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return WORDS[code] ?? (/^[A-Z_]+$/.test(code) ? ` (${code})` : '')
}

const WORDS: Record<string, string> = {
  ENOTFOUND: ': its name does not resolve (ENOTFOUND)',
  EAI_AGAIN: ': no name server answers (EAI_AGAIN)'
}
