import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describePort } from '../../../src/local/compose/ports.ts'
import { conditionOf } from '../../../src/local/compose/service.ts'
import type { Value } from '../../../src/local/compose/yaml/value.ts'
import { isRecord } from '../../../src/untyped.ts'
import type { Files, ServiceSummary, Summary } from './projects.ts'

/** Where a docker compose v2 may be; COMPOSE_V2 names another place. */
const PROGRAMS = [
  ...(process.env.COMPOSE_V2 ? [[process.env.COMPOSE_V2]] : []),
  ['docker', 'compose'],
  ['docker-compose'],
  ['/usr/libexec/docker/cli-plugins/docker-compose']
]

const program = PROGRAMS.find(([file = '', ...args]) => {
  const { stdout } = spawnSync(file, [...args, 'version', '--short'], { encoding: 'utf8' })
  return /^v?[2-9]\./.test(stdout ?? '')
})

export const whyNoReference = program ? undefined : 'no docker compose v2 is installed (see .ci/packages)'

/** What docker compose says of a project in a folder named Shop; `refused` where it refuses. */
export async function referenceOf(files: Files): Promise<Summary | 'refused'> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'flatrun-compose-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(root, 'Shop', name)), { recursive: true })
      await writeFile(path.join(root, 'Shop', name), text)
    }
    const [file = '', ...args] = program ?? []
    const env = { PATH: process.env.PATH ?? '', HOME: root }
    const options = { cwd: path.join(root, 'Shop'), env, encoding: 'utf8' as const }
    const { status, stdout } = spawnSync(file, [...args, 'config', '--format', 'json'], options)
    // It writes each dollar sign twice, so that what it writes could be read as a compose file.
    return status === 0 ? summary(JSON.parse(stdout.replaceAll('$$', '$'))) : 'refused'
  } finally {
    await rm(root, { recursive: true })
  }
}

function summary(config: unknown): Summary {
  const { name, services } = recordOf(config)
  const entries = Object.entries(recordOf(services)).map(([key, value]): [string, ServiceSummary] => [
    key,
    serviceOf(recordOf(value))
  ])
  return { name: String(name), services: Object.fromEntries(entries), unjudged: [] }
}

function serviceOf(service: Record<string, unknown>): ServiceSummary {
  const { image, ports, networks, depends_on, scale, restart, provider } = service
  const deploy = recordOf(service.deploy)
  const published = new Set(listOf(ports).map((port) => describePort(new Map(Object.entries(port).map(plain)))))
  const others = Object.keys(recordOf(networks)).filter((network) => network !== 'default')
  const needs = Object.entries(recordOf(depends_on)).map(([name, value]) => {
    const condition = conditionOf(String(recordOf(value).condition))
    return `${name}${condition === 'started' ? '' : ` ${condition}`}${recordOf(value).required === false ? '?' : ''}`
  })
  const replicas = Number(scale ?? deploy.replicas ?? 1)
  const policy = isRecord(deploy.restart_policy) ? deploy.restart_policy.condition : restart
  return {
    ...(image === undefined ? {} : { image: String(image) }),
    ...(published.size === 0 ? {} : { ports: [...published].sort() }),
    ...(others.length === 0 ? {} : { networks: others.sort() }),
    ...(needs.length === 0 ? {} : { needs: needs.sort() }),
    ...(replicas === 1 ? {} : { replicas }),
    ...(['always', 'unless-stopped', 'any'].includes(String(policy)) ? { lasting: true } : {}),
    ...(provider === undefined ? {} : { external: true })
  }
}

const plain = ([key, value]: [string, unknown]): [string, Value] => [
  key,
  typeof value === 'number' ? value : String(value)
]
const recordOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {})
const listOf = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : [])
