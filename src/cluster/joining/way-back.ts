import { NoCallbackUrl } from '../../errors.ts'
import type { JoinAttempt } from '../../schemas/joining.ts'
import type { DialPolicy } from '../../security/addresses.ts'
import type { Invitation } from '../../security/invite-token.ts'
import { noAddress } from '../peers/no-address.ts'
import { isOnLoopback, urlOf } from '../peers/self.ts'

/** `auto`: as it is found out. */
export type ReachSetting = 'auto' | 'direct' | 'reverse'

interface Question {
  /** What the operator says for this join. */
  asked: string | undefined
  /** Empty: not known. */
  advertised: string
  setting: ReachSetting
  invitation: Invitation
  /** Of the inviter. */
  urls: readonly string[]
  nodeId: string
  tls: { https: boolean; pinned: boolean }
  policy: DialPolicy
}

export type WayBack = Pick<JoinAttempt, 'callbackUrl' | 'reach'>

/** How the inviter is to reach this server: at an address, or by what this server opens. @throws NoCallbackUrl, BadRequest */
export function wayBackOf(question: Question): WayBack {
  const { asked, advertised, setting, invitation, urls, nodeId, tls, policy } = question
  const address = asked ?? advertised
  // An address on loopback is for servers that are there as well.
  const hasAddress = address !== '' && (asked !== undefined || !isOnLoopback(address) || urls.some(isOnLoopback))
  const mayLink = invitation.kind === 'sealed' && setting !== 'direct'
  if (mayLink && !hasAddress && isKnownWithoutName(tls))
    return { callbackUrl: noAddress(nodeId, tls), reach: 'reverse' }
  if (address === '') throw new NoCallbackUrl()
  const callbackUrl = urlOf('callback_url', address, policy)
  return mayLink && setting === 'reverse' ? { callbackUrl, reach: 'reverse' } : { callbackUrl }
}

/** A certificate that an authority vouches for is good for its name alone. */
const isKnownWithoutName = ({ https, pinned }: Question['tls']) => !https || pinned
