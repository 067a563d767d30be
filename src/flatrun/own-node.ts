import type {
  Deployment,
  DeploymentList,
  DeploymentService,
  DeploymentStatus
} from '../schemas/deployments/deployment.ts'
import type { Stats } from '../schemas/deployments/stats.ts'
import { NEVER } from '../schemas/names.ts'
import { numberOf } from '../untyped.ts'
import type { FlatRunAgent } from './agent.ts'
import { FlatRunUnclear } from './faults.ts'
import { row, rows, textOf } from './untyped.ts'

/** This server's deployments and figures as FlatRun's agent tells them: it is what runs them here. */
export function createFlatRunNode(ask: FlatRunAgent['ask'], adminKey: string) {
  async function get(path: string, signal?: AbortSignal) {
    const answer = await ask({ path, token: adminKey, signal })
    if (answer.status === 401) throw new FlatRunUnclear('it does not know the key of flatrun.api_key')
    if (answer.status !== 200) throw new FlatRunUnclear(`it answered ${answer.status}`)
    return row(answer.body)
  }

  async function deployments(signal?: AbortSignal): Promise<DeploymentList> {
    const body = await get('/api/deployments', signal)
    return { deployments: rows(body.deployments ?? body.items).map(deploymentOf), path: textOf(body.path) }
  }

  return {
    deployments,
    /** Counted anew where only some deployments count: FlatRun counts all. */
    async stats(signal?: AbortSignal, counts?: (deployment: string) => boolean): Promise<Stats> {
      const [body, list] = await Promise.all([get('/api/stats', signal), deployments(signal)])
      const counted = counts ? list.deployments.filter(({ name }) => counts(name)) : list.deployments
      const those = (...states: DeploymentStatus[]) => counted.filter(({ status }) => states.includes(status)).length
      const containers = counted.flatMap(({ services }) => services.filter(({ container_id }) => container_id !== ''))
      const running = containers.filter(({ status }) => status === 'running').length
      return {
        deployments: {
          total_deployments: counted.length,
          running: those('running'),
          stopped: those('stopped'),
          error: those('error'),
          unknown: those('unknown', 'partial'),
          last_updated: textOf(row(body.deployments).last_updated, NEVER)
        },
        containers: { total: containers.length, running, stopped: containers.length - running },
        system: systemOf(row(body.system))
      }
    }
  }
}

function deploymentOf(value: Record<string, unknown>): Deployment {
  return {
    name: textOf(value.name),
    path: textOf(value.path),
    status: statusOf(value.status),
    created_at: textOf(value.created_at, NEVER),
    updated_at: textOf(value.updated_at, NEVER),
    services: rows(value.services).map(serviceOf),
    ...(value.metadata !== undefined && value.metadata !== null && { metadata: row(value.metadata) })
  }
}

function serviceOf(value: Record<string, unknown>): DeploymentService {
  const { health } = value
  return {
    name: textOf(value.name),
    container_id: textOf(value.container_id),
    image: textOf(value.image),
    status: textOf(value.status),
    created_at: textOf(value.created_at, NEVER),
    ...(typeof health === 'string' && health !== '' && { health })
  }
}

const STATES: Readonly<Record<string, DeploymentStatus>> = {
  running: 'running',
  partial: 'partial',
  stopped: 'stopped',
  error: 'error'
}
const statusOf = (value: unknown): DeploymentStatus => STATES[textOf(value)] ?? 'unknown'

function systemOf(system: Record<string, unknown>): Stats['system'] {
  const [cpu, memory, disk, load] = [system.cpu, system.memory, system.disk, system.load_avg].map(row)
  const of = (from: Record<string, unknown> = {}, name: string) => numberOf(from[name])
  return {
    cpu: { usage_percent: of(cpu, 'usage_percent'), cores: Math.round(of(cpu, 'cores')) },
    memory: {
      total: of(memory, 'total'),
      used: of(memory, 'used'),
      free: of(memory, 'free'),
      available: of(memory, 'available'),
      usage_percent: of(memory, 'usage_percent')
    },
    disk: {
      total: of(disk, 'total'),
      used: of(disk, 'used'),
      free: of(disk, 'free'),
      usage_percent: of(disk, 'usage_percent'),
      mount_point: textOf(disk?.mount_point)
    },
    uptime: numberOf(system.uptime),
    load_avg: { load1: of(load, 'load1'), load5: of(load, 'load5'), load15: of(load, 'load15') }
  }
}
