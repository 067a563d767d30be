import { isIP } from 'node:net'
import type { PeerTarget } from '../../remote/target.ts'
import type { Member, Transport } from '../../schemas/peer.ts'
import { bareHost, isPrivate } from '../../security/addresses.ts'

/** Plain http towards plain FlatRun. */
export type AllowInsecure = 'private' | 'always' | 'never'

/**
 * How requests to a peer at this URL travel; undefined when the config forbids it. Our own agents sign requests on
 * plain http, so nothing secret is on the wire; towards plain FlatRun the key itself is, which is only allowed where
 * the config says so. A host name counts as private only when it has no public suffix to resolve.
 */
export function transportOf(
  url: string,
  peer: { kind: 'plain' } | { kind: 'sealed'; features: readonly string[]; pins: readonly string[] },
  allowInsecure: AllowInsecure
): Transport | undefined {
  const { protocol, host } = hostOf(url)
  if (protocol === 'https:') return peer.kind === 'sealed' && peer.pins.length > 0 ? 'pinned' : 'tls'
  if (peer.kind === 'sealed' && peer.features.includes('signed-requests')) return 'signed'
  if (allowInsecure === 'always') return 'insecure'
  if (allowInsecure === 'never') return undefined
  return isPrivateHost(host) ? 'insecure' : undefined
}

function hostOf(url: string): { protocol: string; host: string } {
  const parsed = new URL(url)
  return { protocol: parsed.protocol, host: bareHost(parsed).replace(/\.$/, '') }
}

const isPrivateHost = (host: string) =>
  isIP(host) !== 0
    ? isPrivate(host)
    : !host.includes('.') || /\.(local|lan|internal|home|localhost|home\.arpa)$/i.test(host)

/** Where requests to a member go. */
export const targetOf = ({ id, url, transport, pins, features, nodeId, reach }: Member): PeerTarget => ({
  ...{ id, url, transport, pins },
  signsAnswers: transport === 'signed' && features.includes('signed-answers'),
  ...(nodeId !== undefined && { nodeId }),
  ...(reach === 'reverse' && { via: 'links' as const })
})
