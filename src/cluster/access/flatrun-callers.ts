import { OPERATOR_PERMISSIONS, type Permission } from '../../schemas/grant.ts'
import { digest } from '../../security/tokens.ts'
import type { Operator } from './caller.ts'
import type { Callers } from './callers.ts'

/** Somebody whom FlatRun's agent behind this one knows. */
interface Known {
  name: string
  standing: 'nothing' | 'read' | 'write'
}

interface FlatRunUsers {
  fresh(tokenDigest: string): { user: Known | undefined } | undefined
  identify(token: string): Promise<Known | undefined>
  known(tokenDigest: string): Known | undefined
}

const PERMISSIONS: Record<Known['standing'], readonly Permission[]> = {
  nothing: [],
  // Who may read the cluster sees the deployments of every server, this one's too.
  read: ['cluster:read', 'deployments:read'],
  // Who may change it changes what runs on any of them.
  write: OPERATOR_PERMISSIONS.write
}

/**
 * Our own keys first, by what is in memory; then whom FlatRun knows. A key that was a peer's is nobody's, there too. Whom
 * FlatRun has just named is not taken for a session of ours, since looking at those takes longer than passing a request on.
 */
export function withFlatRunUsers(callers: Callers, users: FlatRunUsers): Callers {
  const operators = new WeakMap<Known, Operator>()

  function operatorFor(user: Known, keyDigest: string): Operator {
    const known = operators.get(user)
    if (known) return known
    const operator = asOperator(user, keyDigest)
    operators.set(user, operator)
    return operator
  }

  async function ofFlatRun(token: string, tokenDigest: string) {
    const user = callers.wasMembers(token) ? undefined : await users.identify(token)
    return user && operatorFor(user, tokenDigest)
  }

  return {
    ...callers,
    identify(token) {
      const tokenDigest = digest(token)
      const told = users.fresh(tokenDigest)
      if (told) return told.user && operatorFor(told.user, tokenDigest)
      const own = callers.identify(token)
      if (own instanceof Promise) return own.then((known) => known ?? ofFlatRun(token, tokenDigest))
      return own ?? ofFlatRun(token, tokenDigest)
    },
    current(caller) {
      if (caller.kind !== 'operator' || !caller.ofFlatRun) return callers.current(caller)
      const user = users.known(caller.keyDigest)
      return user && operatorFor(user, caller.keyDigest)
    }
  }
}

function asOperator({ name, standing }: Known, keyDigest: string): Operator {
  const permissions = new Set(PERMISSIONS[standing])
  const canWrite = standing === 'write'
  return { kind: 'operator', name: `${name} (FlatRun)`, canWrite, keyDigest, permissions, ofFlatRun: true }
}
