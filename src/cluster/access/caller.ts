import { type Grant, OPERATOR_PERMISSIONS, type Permission, permissionsOf } from '../../schemas/grant.ts'
import { isOut, type Member } from '../../schemas/peer.ts'

export interface OperatorKey {
  readonly key: string
  readonly name: string
  readonly scopes: readonly ('read' | 'write')[]
}

/** Who is asking. A peer is never an operator, whatever it was granted. */
export type Caller =
  | { kind: 'nobody' }
  | {
      kind: 'operator'
      name: string
      permissions: ReadonlySet<Permission>
      canWrite: boolean
      keyDigest: string
      /** When its session ends, in wall milliseconds; undefined for a key. */
      until?: number
      /** The digest of its session's token. */
      session?: string
      /** Known by FlatRun's agent behind this one, and not here. */
      ofFlatRun?: true
    }
  | PeerCaller

export interface PeerCaller {
  kind: 'peer'
  id: string
  name: string
  permissions: ReadonlySet<Permission>
  grants: readonly Grant[]
  /** Of the key that it presented. */
  keyDigest: string
  /** It presented a key that has a successor: good for requests that were under way, and not to speak for itself. */
  outdated: boolean
}

export type Operator = Extract<Caller, { kind: 'operator' }>

/** Everybody, where authentication is off. */
export const EVERYBODY: Operator = operatorOf({ name: 'everybody', scopes: ['read', 'write'] }, '')

/** A member as it may call; undefined for one that is out. */
export function asCaller(member: Member, keyDigest: string): PeerCaller | undefined {
  if (isOut(member)) return undefined
  const grants = member.awaitsApproval ? [] : member.grants
  const { id, name } = member
  const outdated = member.keyDigest.previous?.digest === keyDigest
  return { kind: 'peer', id, name, permissions: permissionsOf(grants), grants, keyDigest, outdated }
}

export function operatorOf({ name, scopes }: Omit<OperatorKey, 'key'>, keyDigest: string): Operator {
  const canWrite = scopes.includes('write')
  const permissions = new Set(OPERATOR_PERMISSIONS[canWrite ? 'write' : 'read'])
  return { kind: 'operator', name, canWrite, keyDigest, permissions }
}
