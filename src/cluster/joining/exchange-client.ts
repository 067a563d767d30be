import { Check } from 'typebox/value'
import { AnswerRefused, BadPeerAnswer, ContactFailed, ContactTimedOut, ExchangeRejected } from '../../errors/joining.ts'
import { BadRequest } from '../../errors/requests.ts'
import type { Remote } from '../../remote/client.ts'
import { RemoteFailure } from '../../remote/failure.ts'
import type { RemoteAnswer } from '../../remote/target.ts'
import {
  ExchangeReply,
  type PlainExchange,
  SealedReplyBody,
  SealedReplyContent,
  type SealedRequestContent
} from '../../schemas/joining/joining.ts'
import type { Invitation } from '../../security/invite-token.ts'
import { CannotSeal, sealRequest } from '../../security/sealing.ts'
import { isRecord, jsonOf } from '../../untyped.ts'
import type { OtherSide } from './member-record.ts'

/** Binds a sealed message to what it is for. */
export const EXCHANGE_PURPOSE = 'POST /api/cluster/exchange'

const MAX_BYTES = 65_536

/** What the inviter answers: who it is, and with one of ours the joins that it has begun itself. */
export type Answer = OtherSide & { joins?: readonly string[] | undefined }

interface Question {
  url: string
  invitation: Invitation
  content: SealedRequestContent
  signal?: AbortSignal
}

/** Presents an invite to the server that made it. @throws ContactFailed, ContactTimedOut, ExchangeRejected, BadPeerAnswer */
export async function presentInvite(
  remote: Pick<Remote, 'exchange' | 'deadlines'>,
  question: Question
): Promise<Answer> {
  const { url, invitation, content, signal } = question
  if (invitation.kind === 'sealed') {
    const answer = await askInviter(remote, { url, invitation, content, ...(signal && { signal }) })
    if (!Check(SealedReplyContent, answer))
      throw new AnswerRefused('its sealed answer has a wrong shape, or a name or key that cannot be one')
    return { kind: 'sealed', ...answer }
  }
  const { invite_token, url: callback, api_key, name } = content
  const plain: PlainExchange = { invite_token, url: callback, api_key, name }
  const answer = accepted(await post(remote, { url, pins: [], body: plain, signal }))
  if (!Check(ExchangeReply, answer)) throw new BadPeerAnswer('it is not the answer of an agent')
  return { kind: 'plain', api_key: answer.api_key, name: answer.name }
}

type SealedInvitation = Extract<Invitation, { kind: 'sealed' }>

/** Asks the inviter sealed, and gives what it sealed to us. */
export async function askInviter(
  remote: Pick<Remote, 'exchange' | 'deadlines'>,
  { url, invitation, content, signal }: Question & { invitation: SealedInvitation }
): Promise<unknown> {
  const { request, openReply } = await sealFor(invitation, content)
  const answer = accepted(await post(remote, { url, pins: pinsOf(invitation), body: request, signal }))
  if (!Check(SealedReplyBody, answer)) {
    throw new BadPeerAnswer('it is not a sealed answer, so something between the two servers answered')
  }
  return jsonOf(opened(() => openReply(answer)))
}

const pinsOf = ({ pin }: SealedInvitation) => (pin === undefined ? [] : [pin])

async function sealFor({ key }: SealedInvitation, content: SealedRequestContent) {
  try {
    return await sealRequest(key, JSON.stringify(content), EXCHANGE_PURPOSE)
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

interface Post {
  url: string
  pins: readonly string[]
  body: unknown
  signal: AbortSignal | undefined
}

async function post(
  remote: Pick<Remote, 'exchange' | 'deadlines'>,
  { url, pins, body, signal }: Post
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
  const body = jsonOf(text)
  if (status === 200) {
    if (body === undefined) throw new BadPeerAnswer('it is not JSON')
    return body
  }
  throw new ExchangeRejected(`${shownReason(body)} (status ${status})`, {
    cause: new RemoteFailure('http', 'it refused', { status })
  })
}

/** The other side's words, cut and cleaned: they are shown to an operator. */
export function shownReason(body: unknown): string {
  const text = isRecord(body) && typeof body.error === 'string' ? body.error : 'it gave no reason'
  return [...text]
    .filter((char) => char >= ' ' && !/[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(char))
    .join('')
    .slice(0, 256)
}
