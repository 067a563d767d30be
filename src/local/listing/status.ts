import type { Deployment } from '../../schemas/deployment.ts'
import type { Container } from '../engine/container.ts'

export interface Verdict {
  status: Deployment['status']
  /** What is not as it should be. */
  reason?: string
}

/** One service as it should be, and the containers that it has. */
export interface ServiceState {
  name: string
  optional: boolean
  lasting: boolean
  containers: readonly Container[]
}

/** A container that was told to stop ends by itself with 0, or by SIGTERM or SIGKILL. */
const ORDERLY = new Set([0, 137, 143])

/**
 * The status of a deployment by the containers of its services: running when every one does what it should, partial
 * when some do, error when none does and the engine is trying, stopped otherwise.
 */
export function statusOf(services: readonly ServiceState[]): Verdict {
  const all = services.flatMap(({ containers }) => containers)
  const up = all.some(({ state }) => state === 'running')
  const complaints = services.flatMap((service) => complaintsOf(service, up))
  const reason = complaints.length === 0 ? {} : { reason: `${complaints.slice(0, 5).join(', ')}${more(complaints)}` }

  if (up) return { status: complaints.length === 0 ? 'running' : 'partial', ...reason }
  if (all.some(({ state }) => state === 'restarting' || state === 'dead')) return { status: 'error', ...reason }
  return { status: 'stopped', ...reason }
}

const more = (complaints: readonly string[]) => (complaints.length > 5 ? ` and ${complaints.length - 5} more` : '')

function complaintsOf({ name, optional, lasting, containers }: ServiceState, up: boolean): string[] {
  if (containers.length === 0) return up && !optional ? [`${name} has no container`] : []
  return [...new Set(containers.flatMap((container) => complaintOf(name, container, { up, lasting }) ?? []))]
}

function complaintOf(
  name: string,
  { state, health, exitCode }: Container,
  { up, lasting }: { up: boolean; lasting: boolean }
): string | undefined {
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
