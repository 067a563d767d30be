import type { Deployment, DeploymentService } from '../../schemas/deployment.ts'
import { NEVER } from '../../schemas/names.ts'
import type { ComposeService } from '../disk/compose.ts'
import type { Folder } from '../disk/folder.ts'
import type { Container } from '../engine/container.ts'
import { type ServiceState, statusOf } from './status.ts'

/** A folder and its containers as one entry of the list. `unknown` says why the engine cannot be asked. */
export function describe(folder: Folder, containers: readonly Container[], unknown?: string): Deployment {
  const services = servicesOf(folder, containers)
  const { status, reason } = verdictOf(folder, services, unknown)
  const at = timeOf(folder.modifiedAt)
  return {
    name: folder.name,
    path: folder.path,
    status,
    created_at: at,
    updated_at: at,
    services: services.map(({ declared, ...service }) => describeService(service, declared, unknown)),
    ...(folder.metadata === undefined ? {} : { metadata: folder.metadata }),
    ...(folder.error === undefined ? {} : { error: folder.error }),
    ...(reason === undefined ? {} : { status_reason: reason }),
    ...(folder.warnings.length === 0 ? {} : { warnings: folder.warnings })
  }
}

type Service = ServiceState & { declared?: ComposeService }

/** What the file declares, in its order, then what runs besides: of an include, or of a file that was changed since. */
function servicesOf(folder: Folder, containers: readonly Container[]): Service[] {
  const running = Map.groupBy(containers, ({ service, name }) => service ?? name)
  const declared = folder.services.map((service) => {
    const { name, optional, lasting } = service
    const state = { name, optional, lasting, containers: running.get(name) ?? [] }
    running.delete(service.name)
    return { ...state, declared: service }
  })
  return [
    ...declared,
    ...[...running].map(([name, own]) => ({ name, optional: true, lasting: false, containers: own }))
  ]
}

function verdictOf(folder: Folder, services: readonly Service[], unknown: string | undefined) {
  if (unknown !== undefined) return { status: 'unknown' as const, reason: unknown }
  const used = services.some(({ containers }) => containers.length > 0)
  if (folder.error !== undefined && !used) return { status: 'error' as const, reason: folder.error }
  return statusOf(services)
}

function describeService(
  { name, containers }: ServiceState,
  declared: ComposeService | undefined,
  unknown: string | undefined
): DeploymentService {
  const shown = representative(containers)
  const health = shown?.health
  const ports = declared?.ports.length ? declared.ports : (shown?.ports ?? [])
  const networks = declared?.networks.length ? declared.networks : (shown?.networks ?? [])
  const running = containers.filter(({ state }) => state === 'running').length
  return {
    name,
    container_id: shown?.id.slice(0, 12) ?? '',
    image: declared?.image || (shown?.image ?? ''),
    status: shown?.state ?? (unknown === undefined ? 'absent' : 'unknown'),
    ...(health === undefined ? {} : { health }),
    ...(ports.length === 0 ? {} : { ports }),
    ...(networks.length === 0 ? {} : { networks }),
    created_at: shown === undefined ? NEVER : timeOf(shown.createdAt),
    ...(containers.length > 1 ? { replicas: { running, total: containers.length } } : {})
  }
}

/** Of a scaled service the container that needs attention, else the first. */
function representative(containers: readonly Container[]): Container | undefined {
  const inOrder = containers.toSorted((a, b) => a.number - b.number)
  return (
    inOrder.find(({ state }) => state !== 'running') ??
    inOrder.find(({ health }) => health === 'unhealthy') ??
    inOrder[0]
  )
}

const timeOf = (ms: number) => (ms > 0 ? new Date(ms).toISOString() : NEVER)
