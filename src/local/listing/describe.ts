import type { Deployment, DeploymentService } from '../../schemas/deployments/deployment.ts'
import { NEVER } from '../../schemas/names.ts'
import type { Folder } from '../disk/folder.ts'
import type { Container } from '../engine/container.ts'
import type { Run } from '../engine/runs.ts'
import { otherImageOf, type ServiceState, servicesOf } from './services.ts'
import { statusOf } from './status.ts'

/** A folder and its containers as one entry of the list. `unknown` says why the engine cannot be asked. */
export function describe(folder: Folder, containers: readonly Container[], unknown?: string): Deployment {
  const services = servicesOf(folder, containers)
  const { status, reason } = verdictOf(folder, services, unknown)
  const warnings = [...folder.warnings, ...warningsOf(folder, services)]
  const at = timeOf(folder.modifiedAt)
  return {
    name: folder.name,
    path: folder.path,
    status,
    created_at: at,
    updated_at: at,
    services: services.map((service) => describeService(service, unknown)),
    ...(folder.metadata === undefined ? {} : { metadata: folder.metadata }),
    ...(folder.error === undefined ? {} : { error: folder.error }),
    ...(reason === undefined ? {} : { status_reason: reason }),
    ...(warnings.length === 0 ? {} : { warnings })
  }
}

function verdictOf(folder: Folder, services: readonly ServiceState[], unknown: string | undefined) {
  if (unknown !== undefined) return { status: 'unknown' as const, reason: unknown }
  const used = services.some(({ containers }) => containers.length > 0)
  if (folder.error !== undefined && !used) return { status: 'error' as const, reason: folder.error }
  return statusOf(services)
}

/** Where what runs and what the files say are not the same. */
function warningsOf(folder: Folder, services: readonly ServiceState[]): string[] {
  const orphans = services.filter(({ orphan }) => orphan).flatMap(({ containers }) => containers)
  const left = orphans.map(({ name }) => name).join(', ')
  const mixed = services.filter(({ containers }) => new Set(containers.map(({ configHash }) => configHash)).size > 1)
  return [
    ...folder.incomplete.map((why) => `Not all of it can be judged: ${why}`),
    ...(left === '' ? [] : [`Left over from services that the files no longer have: ${left}`]),
    ...mixed.map(({ name }) => `The containers of ${name} were made with different settings`),
    ...(isNewer(folder, services) ? ['The files changed since it was started: it runs with what they said then'] : [])
  ]
}

/** Of containers that compose made from files; the engine tells seconds. */
function isNewer({ writtenAt }: Folder, services: readonly ServiceState[]): boolean {
  const made = services.filter(({ orphan }) => !orphan).flatMap(({ containers }) => containers)
  return made.some(({ configHash, createdAt }) => configHash !== undefined && writtenAt > createdAt + 1_000)
}

function describeService(service: ServiceState, unknown: string | undefined): DeploymentService {
  const { name, containers, declared, wanted } = service
  const shown = representative(containers)
  const ports = declared?.ports.length ? declared.ports : (shown?.ports ?? [])
  const networks = declared?.networks.length ? declared.networks : (shown?.networks ?? [])
  const reason = reasonOf(service)
  const total = Math.max(wanted ?? 0, containers.length)
  return {
    name,
    container_id: shown?.id.slice(0, 12) ?? '',
    image: shown?.image || (declared?.image ?? ''),
    status: shown?.state ?? absence(service, unknown),
    ...(shown?.health === undefined ? {} : { health: shown.health }),
    ...(ports.length === 0 ? {} : { ports: [...ports] }),
    ...(networks.length === 0 ? {} : { networks: [...networks] }),
    created_at: shown === undefined ? NEVER : timeOf(shown.createdAt),
    ...(total > 1
      ? { replicas: { running: containers.filter(({ state }) => state === 'running').length, total } }
      : {}),
    ...(reason === undefined ? {} : { status_reason: reason })
  }
}

function absence({ unjudged, declared }: ServiceState, unknown: string | undefined): string {
  if (declared?.external) return 'external'
  return unknown === undefined && unjudged === undefined ? 'absent' : 'unknown'
}

function reasonOf(service: ServiceState): string | undefined {
  if (service.unjudged !== undefined) return `cannot be judged: ${service.unjudged}`
  if (service.orphan) return 'the files no longer have it'
  const image = otherImageOf(service)
  return image === undefined ? undefined : `the file names ${image}`
}

/** The same with when its services were started last, and how often their policy did it. */
export function withRuns(deployment: Deployment, runs: readonly Run[]): Deployment {
  const byService = Map.groupBy(runs, ({ service }) => service)
  const services = deployment.services.map((service) => {
    const own = byService.get(service.name)
    if (!own) return service
    const started_at = own.map(({ startedAt }) => startedAt).reduce((a, b) => (Date.parse(a) > Date.parse(b) ? a : b))
    return { ...service, started_at, restart_count: own.reduce((sum, { restarts }) => sum + restarts, 0) }
  })
  return { ...deployment, services }
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
