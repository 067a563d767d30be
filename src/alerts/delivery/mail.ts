import { Socket } from 'node:net'
import type { AlertMessage } from '../../schemas/alerts/alert.ts'
import type { AlertTargetOf } from '../../schemas/alerts/alert-target.ts'
import { codeOf, SendFailed } from './send-failed.ts'

const PATIENCE_MS = 10_000
/** Of a mail as a whole: a server that takes it asks others while it is waited for. */
const MAIL_PATIENCE_MS = 15_000

/** Loaded when a target is a mail address, and not with the first mail: by then an upgrade may have removed it. */
export const loadMailer = () => import('nodemailer')

/** One mail over a connection of its own. @throws SendFailed */
export async function sendMail({ smtp, from, to }: AlertTargetOf<'email'>, message: AlertMessage, signal: AbortSignal) {
  const { createTransport } = await loadMailer().catch(gone)
  const limited = AbortSignal.any([signal, AbortSignal.timeout(MAIL_PATIENCE_MS)])
  // Our own socket, because no transport can be told to leave in the middle of a conversation.
  const socket = new Socket()
  const { promise: leaving, reject: leave } = Promise.withResolvers<never>()
  const cut = () => leave(limited.reason)
  limited.addEventListener('abort', cut, { once: true })
  const transport = createTransport({
    ...{ url: smtp, socket },
    ...{ connectionTimeout: PATIENCE_MS, greetingTimeout: PATIENCE_MS, socketTimeout: PATIENCE_MS }
  })
  const mail = { from, to, subject: message.title, text: message.text, messageId: `<${message.id}@flatrun-cluster>` }
  try {
    limited.throwIfAborted()
    await Promise.race([transport.sendMail(mail), leaving])
  } catch (cause) {
    if (signal.aborted) throw new SendFailed('This server is stopping', { cause })
    if (limited.aborted) throw new SendFailed('The mail server did not take it within 15 s', { cause })
    throw new SendFailed(`The mail server did not take it${codeOf(cause)}`, { cause })
  } finally {
    limited.removeEventListener('abort', cut)
    transport.close()
    socket.destroy()
  }
}

function gone(cause: unknown): never {
  throw new SendFailed('The agent was upgraded while it ran, and must be started anew before it sends mail', { cause })
}
