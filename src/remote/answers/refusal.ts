import { clocksDiffer } from '../../schemas/clock.ts'
import { isRecord, jsonOf } from '../../untyped.ts'
import { startDeadline } from '../deadline.ts'
import { failure, RemoteFailure } from '../failure.ts'
import type { PeerTarget, RemoteAnswer } from '../target.ts'

/** An agent's error is JSON with a sentence in `error` (PROTOCOL §1), and never longer than this. */
const MAX_LENGTH = 16_384
const PATIENCE_MS = 5_000

/**
 * What a 401 or 403 says of our key; undefined for any other status. Only an agent's own error says something: what
 * stands in front of it, such as a proxy with a sign-in of its own, answers with the same statuses.
 */
export function refusalOf(answer: Pick<RemoteAnswer, 'status' | 'text'>): RemoteFailure | undefined {
  return answer.status === 401 || answer.status === 403 ? saidBy(answer) : undefined
}

/** Whether the peer itself knows our key: it answered, or refused no more than what was asked. */
export function knowsOurKey(answer: RemoteAnswer, { signsAnswers }: Pick<PeerTarget, 'signsAnswers'>): boolean {
  // Who signs its answers signs a refusal too.
  const isItsOwn = answer.own === true || signsAnswers !== true
  return answer.status === 200 || (isItsOwn && refusalOf(answer)?.class === 'forbidden')
}

function saidBy(answer: Pick<RemoteAnswer, 'status' | 'text'>): RemoteFailure {
  const { status } = answer
  if (!isAgentError(answer)) return strangersRefusal(status)
  const apartMs = clocksApartIn(answer.text)
  if (apartMs !== undefined) {
    return new RemoteFailure('clock_skew', clocksDiffer(apartMs), { status, clocksApartMs: apartMs })
  }
  // It looks for a right only once it knows whose key it is.
  return failure(status === 403 ? 'forbidden' : 'key_refused', { status })
}

/** What a refusal for the time of a signature says of the clocks; it is of a key that is known there. */
function clocksApartIn(text: string): number | undefined {
  const { code, error } = JSON.parse(text)
  const seconds = code === 'clock_skew' ? /differ by (\d{1,12}) s/.exec(String(error))?.[1] : undefined
  return seconds === undefined ? undefined : Number(seconds) * 1_000
}

/** Whether an error was said by an agent, and not by what stands in front of it. */
export function isAgentError({ text }: Pick<RemoteAnswer, 'text'>): boolean {
  const body = text.length > MAX_LENGTH ? undefined : jsonOf(text)
  return isRecord(body) && typeof body.error === 'string'
}

/** Reads the text of a 401 that comes piece by piece; calls back when it does not end, which no agent's does. */
export function createRefusalReader(method: string, giveUp: (refusal: RemoteFailure) => void) {
  let text = ''
  const stop = startDeadline(PATIENCE_MS, () => giveUp(strangersRefusal(401)))
  return {
    add(chunk: Buffer) {
      text += chunk.toString()
      if (text.length > MAX_LENGTH) giveUp(strangersRefusal(401))
    },
    /** What it says, after its end. An answer to HEAD has no text; the agent itself is the likelier one. */
    reason: () => (method === 'HEAD' ? failure('key_refused', { status: 401 }) : saidBy({ status: 401, text })),
    stop
  }
}

const strangersRefusal = (status: number) =>
  new RemoteFailure('http', `something in front of it answered with status ${status}`, { status })
