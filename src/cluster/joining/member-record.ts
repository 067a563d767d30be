import { randomUUID } from 'node:crypto'
import type { Grant } from '../../schemas/grant.ts'
import type { Member, Transport } from '../../schemas/peer.ts'
import type { Vault } from '../../security/vault.ts'
import { credentialContext } from '../../store/contexts.ts'
import { keptOf } from '../membership/keys/signing-keys.ts'

/** What the other side of an exchange says of itself. Plain FlatRun says nothing but its name and the key. */
export type OtherSide =
  | { kind: 'plain'; name: string; api_key: string }
  | {
      kind: 'sealed'
      name: string
      api_key: string
      node_id: string
      features: string[]
      pins: string[]
      reach?: 'reverse'
    }

interface Parts {
  vault: Vault
  members: readonly Member[]
  /** The record that is written over. */
  over: Member | undefined
  other: OtherSide
  url: string
  transport: Transport
  state: 'pending' | 'active'
  /** The key that it presents here. */
  key: string
  grants: readonly Grant[]
  at: string
  /** How it came: the invite that it spent here, the id of the exchange. */
  came: Pick<Member, 'invite' | 'exchangeId' | 'awaitsApproval' | 'introduce' | 'introductions' | 'reachBack'>
}

/** The record of a server that has just joined, on either side. */
export function memberOf(parts: Parts): Member {
  const { vault, members, over, other, url, transport, state, at, came } = parts
  const id = over?.id ?? randomUUID()
  const kept = keptOf(vault, id, parts.key)
  const ours = other.kind === 'sealed' ? other : undefined
  return {
    id,
    number: over?.number ?? Math.max(0, ...members.map(({ number }) => number)) + 1,
    name: other.name,
    url,
    state,
    joinedAt: over?.joinedAt ?? at,
    credential: { sealed: vault.seal(other.api_key, credentialContext(id)), since: at },
    keyDigest: { current: kept.digest },
    ...(ours?.features.includes('signed-requests') && { signing: kept.signing }),
    grants: [...parts.grants],
    features: [...(ours?.features ?? [])],
    transport,
    pins: [...(ours?.pins ?? [])],
    ...(ours && ours.node_id !== '' && { nodeId: ours.node_id }),
    ...(ours?.reach && { reach: ours.reach }),
    ...(over?.tags && { tags: over.tags }),
    ...came
  }
}
