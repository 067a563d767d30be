import type { Deployment } from '../../schemas/deployments/deployment.ts'
import type { Container } from '../engine/container.ts'
import type { ServiceState } from './services.ts'

export interface Verdict {
  status: Deployment['status']
  /** What is not as it should be. */
  reason?: string
}

/** A container that was told to stop ends by itself with 0, or by SIGTERM or SIGKILL. */
const ORDERLY = new Set([0, 137, 143])

/**
 * The status of a deployment by the containers of its services: running when every one does what it should, partial
 * when some do, error when none does and the engine is trying, stopped otherwise. What is left over does not count.
 */
export function statusOf(all: readonly ServiceState[]): Verdict {
  const services = all.filter(({ orphan }) => !orphan)
  const containers = services.flatMap((service) => service.containers)
  const up = containers.some(({ state }) => state === 'running' || state === 'paused')
  const complaints = services.flatMap((service) => complaintsOf(service, up))
  const reason = complaints.length === 0 ? {} : { reason: `${complaints.slice(0, 5).join(', ')}${more(complaints)}` }

  if (up && complaints.length === 0) return unjudgedOf(services) ?? { status: 'running' }
  if (up) return { status: 'partial', ...reason }
  if (containers.some(({ state }) => state === 'restarting' || state === 'dead')) return { status: 'error', ...reason }
  return { status: 'stopped', ...reason }
}

const more = (complaints: readonly string[]) => (complaints.length > 5 ? ` and ${complaints.length - 5} more` : '')

/** A service that runs is running, even if not all of it is known; one without a container may be missing or not. */
function unjudgedOf(services: readonly ServiceState[]): Verdict | undefined {
  const found = services.find(({ unjudged, containers }) => unjudged !== undefined && containers.length === 0)
  return found && { status: 'unknown', reason: `${found.name} cannot be judged: ${found.unjudged}` }
}

function complaintsOf(service: ServiceState, up: boolean): string[] {
  const { name, wanted, containers } = service
  if (containers.length === 0) return up && wanted ? [`${name} has no container`] : []
  const own = new Set(containers.flatMap((container) => complaintOf(service, container, up) ?? []))
  const lacking = up && wanted !== undefined && containers.length < wanted
  return lacking ? [...own, `${name} has ${containers.length} of ${wanted} containers`] : [...own]
}

function complaintOf({ name, lasting }: ServiceState, container: Container, up: boolean): string | undefined {
  const { state, health, exitCode } = container
  if (state === 'running') return health === 'unhealthy' ? `${name} is unhealthy` : undefined
  if (state === 'exited' && exitCode !== undefined) {
    // A job that ended well beside running services is done, not down.
    if (exitCode === 0) return up && lasting ? `${name} is stopped` : undefined
    if (!up && ORDERLY.has(exitCode)) return undefined
    return `${name} exited with code ${exitCode}`
  }
  if (state === 'exited' || state === 'created' || state === 'configured')
    return up ? `${name} is not running` : undefined
  return `${name} is ${state}`
}
