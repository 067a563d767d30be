import { createHmac } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { request } from 'undici'
import type { AlertMessage } from '../schemas/alert.ts'
import type { AlertTarget } from '../schemas/alert-target.ts'

type Target<Type extends AlertTarget['type']> = Extract<AlertTarget, { type: Type }>

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

const PATIENCE_MS = 10_000

/** Hands one message to one target, once. @throws Error with a sentence that names no address and no secret. */
export function send(target: AlertTarget, message: AlertMessage, signal: AbortSignal): Promise<void> {
  if (target.type === 'webhook') return sendWebhook(target, message, signal)
  return target.type === 'ntfy' ? sendNtfy(target, message, signal) : sendMail(target, message)
}

async function sendWebhook({ url, secret }: Target<'webhook'>, message: AlertMessage, signal: AbortSignal) {
  const body = JSON.stringify(message)
  const timestamp = String(Math.floor(Date.parse(message.at) / 1_000))
  const headers = { 'content-type': 'application/json', 'webhook-id': message.id, 'webhook-timestamp': timestamp }
  const signature = secret && { 'webhook-signature': `v1,${signatureOf(secret, `${message.id}.${timestamp}.${body}`)}` }
  await post(url, body, { ...headers, ...signature }, signal)
}

/** As standardwebhooks.com has it, so that receivers can check it with what they have. */
export function signatureOf(secret: string, content: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret
  return createHmac('sha256', key).update(content).digest('base64')
}

async function sendNtfy({ url, token }: Target<'ntfy'>, message: AlertMessage, signal: AbortSignal) {
  const headers = {
    title: message.title,
    priority: message.urgency === 'high' ? 'high' : 'default',
    tags: message.urgency === 'low' ? 'white_check_mark' : 'rotating_light',
    ...(token && { authorization: `Bearer ${token}` })
  }
  await post(url, message.text, headers, signal)
}

async function post(url: string, body: string, headers: Record<string, string>, signal: AbortSignal) {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])
  let status: number
  try {
    const answer = await request(url, { method: 'POST', body, headers, signal: limited })
    status = answer.statusCode
    await answer.body.dump()
  } catch (cause) {
    throw new Error(signal.aborted ? 'This server is stopping' : `It could not be reached${codeOf(cause)}`, { cause })
  }
  // A redirect would carry the message and its token to somewhere else.
  if (status < 200 || status > 299) throw new Error(`It answered with status ${status}`)
}

async function sendMail({ smtp, from, to }: Target<'email'>, message: AlertMessage) {
  const transport = createTransport(smtp, {
    from,
    ...{ connectionTimeout: PATIENCE_MS, greetingTimeout: PATIENCE_MS, socketTimeout: PATIENCE_MS }
  })
  try {
    await transport.sendMail({
      to,
      subject: message.title,
      text: message.text,
      messageId: `<${message.id}@flatrun-cluster>`
    })
  } catch (cause) {
    throw new Error(`The mail server did not take it${codeOf(cause)}`, { cause })
  } finally {
    transport.close()
  }
}

/** Codes such as ECONNREFUSED or EAUTH tell enough; messages may hold addresses. */
function codeOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return /^[A-Z_]+$/.test(code) ? ` (${code})` : ''
}
