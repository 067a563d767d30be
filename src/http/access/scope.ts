import type { Caller } from '../../cluster/access/caller.ts'
import { PermissionDenied } from '../../errors/requests.ts'
import { type Permission, reachOf } from '../../schemas/grant.ts'
import type { LocalNode } from '../services.ts'

/** The deployments of this server that a caller's permission reaches: a peer's grant may name some. */
export function reachable(caller: Caller, permission: Permission): (deployment: string) => boolean {
  if (caller.kind !== 'peer') return () => true
  const reach = reachOf(caller.grants, permission)
  return (deployment) => reach === 'all' || reach.has(deployment)
}

/**
 * This node's own answers as far as a caller may have them. An operator's are whole; a peer's hold what its grants cover,
 * counts too. @throws PermissionDenied
 */
export function partFor(caller: Caller, local: Pick<LocalNode, 'deployments' | 'stats' | 'capacity'>) {
  const mine = reachable(caller, 'deployments:read')
  const assertGranted = (need: Permission) => {
    if (caller.kind === 'peer' && !caller.permissions.has(need)) throw new PermissionDenied(need)
  }
  return {
    async deployments(signal?: AbortSignal) {
      assertGranted('deployments:read')
      const list = await local.deployments(signal)
      return { ...list, deployments: list.deployments.filter(({ name }) => mine(name)) }
    },
    async stats(signal?: AbortSignal) {
      assertGranted('deployments:read')
      return local.stats(signal, mine)
    },
    async capacity(signal?: AbortSignal) {
      assertGranted('system:read')
      return local.capacity(signal)
    }
  }
}

/** Whether a caller may still do all that it once could; what it has gained since does not matter. */
export function mayAllThat(now: Caller | undefined, then: Caller): boolean {
  if (then.kind === 'nobody') return true
  if (!now || now.kind === 'nobody') return false
  const widened = (permission: Permission) => now.permissions.has(permission) && reachesAll(now, then, permission)
  return [...then.permissions].every(widened)
}

function reachesAll(now: Caller, then: Caller, permission: Permission): boolean {
  if (now.kind !== 'peer' || then.kind !== 'peer' || now.grants === then.grants) return true
  const [reach, before] = [reachOf(now.grants, permission), reachOf(then.grants, permission)]
  if (reach === 'all' || before === 'all') return reach === 'all'
  return [...before].every((deployment) => reach.has(deployment))
}

/** Also for a deployment that does not exist: what a peer may not reach, it does not learn of. */
export function assertReach(caller: Caller, permission: Permission, deployment: string): void {
  if (!reachable(caller, permission)(deployment)) throw new PermissionDenied(`${permission} for "${deployment}"`)
}

/** Who is asking, for people who read the audit later. */
export function nameOf(caller: Caller): string {
  return caller.kind === 'nobody' ? 'nobody' : `${caller.kind} ${caller.name}`
}
