import { Check } from 'typebox/value'
import { BadPeerAnswer, BadRequest, ContactFailed, ContactTimedOut, ExchangeRejected } from '../../errors.ts'
import type { Remote } from '../../remote/client.ts'
import { RemoteFailure } from '../../remote/failure.ts'
import type { RemoteAnswer } from '../../remote/target.ts'
import { ExchangeReply, SealedReplyBody, SealedReplyContent } from '../../schemas/joining.ts'
import { CannotSeal, sealRequest } from '../../security/sealing.ts'

/** Binds a sealed message to what it is for. */
export const EXCHANGE_PURPOSE = 'POST /api/cluster/exchange'

const MAX_BYTES = 65_536

interface Question {
  url: string
  /** What to send: FlatRun's four words, or a sealed content. */
  content: Record<string, unknown>
  /** The inviter's one-time key; absent: plain, as FlatRun has it. */
  sealTo?: string
  pins: readonly string[]
  signal?: AbortSignal
}

/** Presents an invite to the server that made it. @throws ContactFailed, ContactTimedOut, ExchangeRejected, BadPeerAnswer */
export async function presentInvite(
  remote: Pick<Remote, 'exchange' | 'deadlines'>,
  question: Question
): Promise<SealedReplyContent> {
  return question.sealTo === undefined ? plain(remote, question) : sealed(remote, question, question.sealTo)
}

async function plain(remote: Pick<Remote, 'exchange' | 'deadlines'>, question: Question): Promise<SealedReplyContent> {
  const answer = accepted(await post(remote, question, question.content))
  if (!Check(ExchangeReply, answer)) throw new BadPeerAnswer('it is not the answer of an agent')
  return { ...answer, node_id: '', features: [], pins: [] }
}

async function sealed(
  remote: Pick<Remote, 'exchange' | 'deadlines'>,
  question: Question,
  sealTo: string
): Promise<SealedReplyContent> {
  const content = await askInviter(remote, { ...question, sealTo })
  if (!Check(SealedReplyContent, content)) throw new BadPeerAnswer('its sealed answer has a wrong shape')
  return content
}

/** Asks the inviter sealed, and gives what it sealed to us. */
export async function askInviter(
  remote: Pick<Remote, 'exchange' | 'deadlines'>,
  question: Question & { sealTo: string }
): Promise<unknown> {
  const { request, openReply } = await sealFor(question)
  const answer = accepted(await post(remote, question, request))
  if (!Check(SealedReplyBody, answer)) {
    throw new BadPeerAnswer('it is not a sealed answer, so something between the two servers answered')
  }
  return parse(opened(() => openReply(answer)))
}

async function sealFor({ sealTo, content }: Question & { sealTo: string }) {
  try {
    return await sealRequest(sealTo, JSON.stringify(content), EXCHANGE_PURPOSE)
  } catch (error) {
    if (!(error instanceof CannotSeal)) throw error
    throw new BadRequest('invite_token: it holds no usable key; make another invite there')
  }
}

function opened(open: () => string): string {
  try {
    return open()
  } catch {
    throw new BadPeerAnswer('its answer was changed on the way')
  }
}

async function post(
  remote: Pick<Remote, 'exchange' | 'deadlines'>,
  { url, pins, signal }: Question,
  body: unknown
): Promise<RemoteAnswer> {
  const ask = {
    method: 'POST' as const,
    path: '/api/cluster/exchange',
    body,
    deadlineMs: remote.deadlines.requestMs,
    maxBytes: MAX_BYTES
  }
  try {
    return await remote.exchange(url, signal ? { ...ask, signal } : ask, pins)
  } catch (error) {
    if (!(error instanceof RemoteFailure)) throw error
    if (error.class === 'timeout') throw new ContactTimedOut({ cause: error })
    throw new ContactFailed(error.message, { cause: error })
  }
}

function accepted({ status, text }: RemoteAnswer): unknown {
  const body = parse(text)
  if (status === 200) {
    if (body === undefined) throw new BadPeerAnswer('it is not JSON')
    return body
  }
  throw new ExchangeRejected(`${reasonOf(body)} (status ${status})`, {
    cause: new RemoteFailure('http', 'it refused', { status })
  })
}

/** The other side's words, cut and cleaned: they are shown to an operator. */
function reasonOf(body: unknown): string {
  const text =
    typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string'
      ? body.error
      : 'it gave no reason'
  return [...text]
    .filter((char) => char >= ' ' && !/[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(char))
    .join('')
    .slice(0, 256)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
