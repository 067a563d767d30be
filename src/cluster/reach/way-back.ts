import { NoCallbackUrl } from '../../errors/joining.ts'
import type { JoinAttempt } from '../../schemas/joining/records.ts'
import type { DialPolicy } from '../../security/addresses.ts'
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
  /** The other side takes connections that this server opens. */
  takesLinks: boolean
  /** Of the other side. */
  urls: readonly string[]
  nodeId: string
  tls: { https: boolean; pinned: boolean }
  policy: DialPolicy
}

export type WayBack = Pick<JoinAttempt, 'callbackUrl' | 'reach'>

/** How the other side of a join is to reach this server: at an address, or by what this server opens. @throws NoCallbackUrl, BadRequest */
export function wayBackOf(question: Question): WayBack {
  const { asked, advertised, setting, takesLinks, urls, nodeId, tls, policy } = question
  const address = asked ?? advertised
  // An address on loopback is for servers that are there as well.
  const hasAddress = address !== '' && (asked !== undefined || !isOnLoopback(address) || urls.some(isOnLoopback))
  const mayLink = takesLinks && setting !== 'direct'
  if (mayLink && !hasAddress && isKnownWithoutName(tls))
    return { callbackUrl: noAddress(nodeId, tls), reach: 'reverse' }
  if (address === '') throw new NoCallbackUrl()
  const callbackUrl = urlOf('callback_url', address, policy)
  return mayLink && setting === 'reverse' ? { callbackUrl, reach: 'reverse' } : { callbackUrl }
}

/** A certificate that an authority vouches for is good for its name alone. */
export const isKnownWithoutName = ({ https, pinned }: Question['tls']) => !https || pinned
