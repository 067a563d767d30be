import type { Caller } from '../cluster/callers.ts'
import { PermissionDenied } from '../errors.ts'
import { type Permission, reachOf } from '../schemas/grant.ts'

/** The deployments of this server that a caller's permission reaches: a peer's grant may name some. */
export function reachable(caller: Caller, permission: Permission): (deployment: string) => boolean {
  if (caller.kind !== 'peer') return () => true
  const reach = reachOf(caller.grants, permission)
  return (deployment) => reach === 'all' || reach.has(deployment)
}

/** Also for a deployment that does not exist: what a peer may not reach, it does not learn of. */
export function assertReach(caller: Caller, permission: Permission, deployment: string): void {
  if (!reachable(caller, permission)(deployment)) throw new PermissionDenied(`${permission} for "${deployment}"`)
}

/** Who is asking, for people who read the audit later. */
export function nameOf(caller: Caller): string {
  return caller.kind === 'nobody' ? 'nobody' : `${caller.kind} ${caller.name}`
}
