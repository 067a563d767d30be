import { EnvHttpProxyAgent, request } from 'undici'
import type { AlertMessage } from '../../schemas/alerts/alert.ts'
import type { AlertTarget } from '../../schemas/alerts/alert-target.ts'
import { type Post, postOf } from './channels.ts'
import { explanationIn } from './explanation.ts'
import { sendMail } from './mail.ts'
import { codeOf, SendFailed } from './send-failed.ts'

const PATIENCE_MS = 10_000
const LONGEST_ANSWER = 16_384

/** Hands one message to one target, once. @throws SendFailed */
export async function send(target: AlertTarget, message: AlertMessage, signal: AbortSignal): Promise<void> {
  if (target.type === 'email') return sendMail(target, message, signal)
  const { status, text, retryAfterMs } = await post(postOf(target, message), signal)
  // A redirect would carry the message and its token to somewhere else.
  if (status >= 200 && status <= 299) return
  const why = explanationIn(text, target)
  throw new SendFailed(`It answered with status ${status}${why && `: ${why}`}`, { retryAfterMs })
}

const post = (what: Post, signal: AbortSignal) => ask('POST', what, signal)

/** Tells a watcher of the watcher that this server lives. @throws SendFailed */
export async function beat(url: string, signal: AbortSignal): Promise<void> {
  const { status } = await ask('GET', { url }, signal)
  if (status < 200 || status > 299) throw new SendFailed(`It answered with status ${status}`)
}

/** Through the proxy that HTTPS_PROXY and its kin name, if any. @throws SendFailed */
async function ask(
  method: 'GET' | 'POST',
  { url, headers = {}, body }: Partial<Post> & { url: string },
  signal: AbortSignal
) {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])
  let dispatcher: EnvHttpProxyAgent | undefined
  try {
    dispatcher = new EnvHttpProxyAgent()
    const answer = await request(url, {
      method,
      headers,
      signal: limited,
      dispatcher,
      ...(body !== undefined && { body })
    })
    const text = await beginningOf(answer.body)
    return { status: answer.statusCode, text, retryAfterMs: pauseIn(answer.headers['retry-after']) }
  } catch (cause) {
    if (signal.aborted) throw new SendFailed('This server is stopping', { cause })
    if (limited.aborted) throw new SendFailed('It did not answer within 10 s', { cause })
    throw new SendFailed(`It could not be reached${codeOf(cause)}`, { cause })
  } finally {
    // What hangs is not waited for.
    dispatcher?.destroy().catch(() => {})
  }
}

async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length > LONGEST_ANSWER) break
  }
  return Buffer.concat(chunks).toString('utf8').slice(0, LONGEST_ANSWER)
}

/** Seconds; a date is not worth its arithmetic here. */
function pauseIn(header: string | string[] | undefined): number | undefined {
  const seconds = Number(header)
  return header !== undefined && seconds >= 0 ? seconds * 1_000 : undefined
}
