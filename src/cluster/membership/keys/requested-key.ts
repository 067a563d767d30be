import { Check } from 'typebox/value'
import { BadPeerAnswer, ContactFailed } from '../../../errors/joining.ts'
import { RotationRefused } from '../../../errors/members.ts'
import type { Remote } from '../../../remote/client.ts'
import { RemoteFailure } from '../../../remote/failure.ts'
import { RotatedKey, RotateReply } from '../../../schemas/joining/joining.ts'
import type { Member } from '../../../schemas/peer.ts'
import { CannotUnseal, createSealingKey, openRequest, rotationKey } from '../../../security/sealing.ts'
import { signingKey } from '../../../security/signatures.ts'
import { digest } from '../../../security/tokens.ts'
import { FEATURES } from '../../peers/self.ts'
import { targetOf } from '../../peers/transport.ts'
import { ROTATE_PURPOSE } from './issued-keys.ts'

export interface Renewal {
  /** The other side then asks for a new key as well. */
  mutual: boolean
  /** The old key may be in wrong hands: it ends with the first use of the new one. */
  atOnce: boolean
}

type Asking = Pick<Remote, 'request' | 'deadlines'>

export const limitsOf = ({ deadlines }: Asking) => ({ deadlineMs: deadlines.requestMs, maxBytes: 16_384 })

/**
 * Asks a peer for a new key to present there, and opens the answer. Nothing is stored yet.
 * @throws ContactFailed, RotationRefused, BadPeerAnswer
 */
export async function askForKey(remote: Asking, member: Member, current: string, { mutual, atOnce }: Renewal) {
  const oneTime = await createSealingKey()
  const question = { key: oneTime.publicKey, mutual, at_once: atOnce, features: [...FEATURES] }
  const answer = await post(remote, member, question)
  if (!Check(RotateReply, answer)) throw new BadPeerAnswer('it is not a sealed key')
  // Known to be able to, it answers in no weaker way: somebody in between would.
  if (answer.v === 1 && member.transport === 'signed' && member.features.includes('rotate-psk'))
    throw new BadPeerAnswer('it is not sealed with the current key, as it should be')
  const shared = answer.v === 2 ? rotationKey(signingKey(current), digest(current)) : undefined
  const content: unknown = JSON.parse(await unsealed(openRequest(oneTime, answer, ROTATE_PURPOSE, shared)))
  if (!Check(RotatedKey, content)) throw new BadPeerAnswer('it is not a key')
  return { key: content.api_key, features: shared ? (content.features ?? []) : [] }
}

async function post(remote: Asking, member: Member, body: unknown): Promise<unknown> {
  const answer = await remote
    .request(targetOf(member), { method: 'POST', path: '/api/cluster/rotate', body, ...limitsOf(remote) })
    .catch((error: unknown) => {
      throw error instanceof RemoteFailure ? new ContactFailed(error.message, { cause: error }) : error
    })
  if (answer.status !== 200) throw new RotationRefused(answer.status)
  try {
    return JSON.parse(answer.text)
  } catch {
    throw new BadPeerAnswer('it is not JSON')
  }
}

async function unsealed(opening: Promise<{ plain: string }>): Promise<string> {
  try {
    return (await opening).plain
  } catch (cause) {
    throw cause instanceof CannotUnseal ? new BadPeerAnswer('its answer was changed on the way') : cause
  }
}
