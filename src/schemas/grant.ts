import { type Static, Type } from 'typebox'

/** What a peer's key may be allowed to do here. */
const Capability = Type.Enum([
  'fleet.read',
  'deployments.read',
  'deployments.run',
  'capacity.read',
  'capacity.offer',
  'events.publish',
  'routing.manage',
  'deployments.manage'
])
type Capability = Static<typeof Capability>

export const Permission = Type.Enum([
  'cluster:read',
  'cluster:write',
  'cluster:capacity:claim',
  'deployments:read',
  'deployments:write',
  'containers:read',
  'containers:write',
  'system:read',
  'infrastructure:read',
  'infrastructure:write'
])
export type Permission = Static<typeof Permission>

const READ: readonly Permission[] = [
  'cluster:read',
  'deployments:read',
  'containers:read',
  'system:read',
  'infrastructure:read'
]
const WRITE: readonly Permission[] = ['cluster:write', 'deployments:write', 'containers:write', 'infrastructure:write']

/** What an operator's key opens, by its scope. */
export const OPERATOR_PERMISSIONS = { read: READ, write: [...READ, ...WRITE] }

export const Grant = Type.Object(
  {
    capability: Type.String({ examples: ['deployments.read'] }),
    deployments: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 1000 })),
    max_cpu: Type.Optional(Type.Number()),
    max_memory: Type.Optional(Type.Number()),
    max_replicas: Type.Optional(Type.Integer())
  },
  { additionalProperties: false }
)
export type Grant = Static<typeof Grant>

export const DEFAULT_GRANTS: readonly Grant[] = [
  { capability: 'fleet.read' },
  { capability: 'deployments.read' },
  { capability: 'deployments.run' },
  { capability: 'capacity.read' }
]

const RUN: readonly Permission[] = ['deployments:read', 'deployments:write', 'containers:read', 'containers:write']

const PERMISSIONS: Record<Capability, readonly Permission[]> = {
  'fleet.read': ['cluster:read'],
  'deployments.read': ['deployments:read', 'containers:read'],
  'deployments.run': RUN,
  // Creating and deleting are FlatRun's; what is left of it here is to run them.
  'deployments.manage': RUN,
  'capacity.read': ['system:read'],
  'capacity.offer': ['cluster:capacity:claim'],
  'events.publish': [],
  'routing.manage': ['infrastructure:read', 'infrastructure:write']
}

export const CAPABILITIES: ReadonlySet<string> = new Set(Object.keys(PERMISSIONS))

/** The permissions that grants add up to. */
export function permissionsOf(grants: readonly Grant[]): ReadonlySet<Permission> {
  const table: Record<string, readonly Permission[] | undefined> = PERMISSIONS
  return new Set(grants.flatMap(({ capability }) => table[capability] ?? []))
}

/**
 * What is left of grants for somebody who asks about one deployment (`X-FlatRun-Deployment`): of each grant that has to
 * do with deployments, that one or nothing. A grant without names would reach all, so one with nothing left goes.
 */
export function narrowedTo(deployment: string, grants: readonly Grant[]): Grant[] {
  return grants.flatMap((grant) => {
    const reaches = permissionsOf([grant]).has('deployments:read')
    if (!reaches) return [grant]
    const named = grant.deployments?.length ? grant.deployments.includes(deployment) : true
    return named ? [{ ...grant, deployments: [deployment] }] : []
  })
}

/** The deployments that a permission reaches; `all` where one of the grants that give it names none. */
export function reachOf(grants: readonly Grant[], permission: Permission): 'all' | ReadonlySet<string> {
  const giving = grants.filter((grant) => permissionsOf([grant]).has(permission))
  if (giving.some(({ deployments }) => !deployments?.length)) return 'all'
  return new Set(giving.flatMap(({ deployments }) => deployments ?? []))
}
