import { type Grant, type Permission, permissionsOf, reachOf } from '../schemas/grant.ts'

/** What a request does. FlatRun's keys have one list of deployments for all that they may, so each kind has its key. */
export type Mode = 'read' | 'write'

/** What a key of FlatRun's is made with. */
export interface Rights {
  permissions: Permission[]
  /** Undefined: all. */
  deployments: string[] | undefined
}

/**
 * What grants here are worth at FlatRun's agent; undefined: nothing. What is the cluster's is decided here, so no key of
 * FlatRun's has any of it. A key to read reaches what may be read, and one to write only what may be changed.
 */
export function rightsOf(grants: readonly Grant[], mode: Mode): Rights | undefined {
  const all = [...permissionsOf(grants)].filter((permission) => !permission.startsWith('cluster:'))
  const permissions = all.filter((permission) => mode === 'write' || permission.endsWith(':read')).sort()
  if (!permissions.some((permission) => permission.endsWith(`:${mode}`))) return undefined
  const reach = reachOf(grants, `deployments:${mode}`)
  if (reach === 'all') return { permissions, deployments: undefined }
  if (reach.size > 0) return { permissions, deployments: [...reach].sort() }
  // A key of FlatRun's without names reaches all deployments: then none of what it may is about them.
  const others = permissions.filter((permission) => !/^(deployments|containers):/.test(permission))
  return others.some((permission) => permission.endsWith(`:${mode}`))
    ? { permissions: others, deployments: undefined }
    : undefined
}

/** The grants of operators of this agent that may only read. */
export const READERS: readonly Grant[] = [{ capability: 'deployments.read' }, { capability: 'capacity.read' }]
