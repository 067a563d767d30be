import type { Deployment, DeploymentService, DeploymentStatus } from '../../../schemas/deployments/deployment.ts'

/**
 * What other nodes said, read with care: any field may be missing or be something else, since a peer may be of another
 * version, of another make, or hostile. What is not as expected becomes empty, never an exception.
 */
export function field(value: unknown, ...path: string[]): unknown {
  let at = value
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
    at = Reflect.get(at, name)
  }
  return at
}

export const text = (value: unknown) => (typeof value === 'string' ? value : '')
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const number = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)

const STATUSES: readonly DeploymentStatus[] = ['running', 'partial', 'stopped', 'error', 'unknown']

export function deployments(answer: unknown): Deployment[] {
  const rows = Array.isArray(answer) ? answer : list(field(answer, 'deployments') ?? field(answer, 'items'))
  return rows.filter((row) => text(field(row, 'name')) !== '').map(deployment)
}

export function deployment(row: unknown): Deployment {
  const reason = text(field(row, 'status_reason'))
  const error = text(field(row, 'error'))
  return {
    name: text(field(row, 'name')),
    path: text(field(row, 'path')),
    status: STATUSES.find((status) => status === field(row, 'status')) ?? 'unknown',
    created_at: text(field(row, 'created_at')),
    updated_at: text(field(row, 'updated_at')),
    services: list(field(row, 'services')).map(service),
    warnings: list(field(row, 'warnings')).map(text).filter(Boolean),
    ...(reason ? { status_reason: reason } : {}),
    ...(error ? { error } : {})
  }
}

function service(row: unknown): DeploymentService {
  const reason = text(field(row, 'status_reason'))
  const total = number(field(row, 'replicas', 'total'))
  return {
    name: text(field(row, 'name')),
    container_id: text(field(row, 'container_id')),
    image: text(field(row, 'image')),
    status: text(field(row, 'status')) || 'unknown',
    health: text(field(row, 'health')),
    ports: list(field(row, 'ports')).map(text).filter(Boolean),
    networks: list(field(row, 'networks')).map(text).filter(Boolean),
    created_at: text(field(row, 'created_at')),
    ...(reason ? { status_reason: reason } : {}),
    ...(total === undefined ? {} : { replicas: { running: number(field(row, 'replicas', 'running')) ?? 0, total } })
  }
}

export interface Load {
  cpu?: number
  cores?: number
  memory?: number
  memoryUsed?: number
  memoryTotal?: number
  disk?: number
  diskUsed?: number
  diskTotal?: number
  load1?: number
  load5?: number
  load15?: number
  uptimeS?: number
  containers?: number
  containersRunning?: number
}

/** `/api/stats` of any node; a plain health answer gives an empty one. */
export function load(answer: unknown): Load {
  const of = (...path: string[]) => number(field(answer, ...path))
  const facts = {
    cpu: of('system', 'cpu', 'usage_percent'),
    cores: of('system', 'cpu', 'cores'),
    memory: of('system', 'memory', 'usage_percent'),
    memoryUsed: of('system', 'memory', 'used'),
    memoryTotal: of('system', 'memory', 'total'),
    disk: of('system', 'disk', 'usage_percent'),
    diskUsed: of('system', 'disk', 'used'),
    diskTotal: of('system', 'disk', 'total'),
    load1: of('system', 'load_avg', 'load1'),
    load5: of('system', 'load_avg', 'load5'),
    load15: of('system', 'load_avg', 'load15'),
    uptimeS: of('system', 'uptime'),
    containers: of('containers', 'total'),
    containersRunning: of('containers', 'running')
  }
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
}
