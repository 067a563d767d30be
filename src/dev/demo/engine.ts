import { randomBytes } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import path from 'node:path'

export interface DemoProject {
  name: string
  folder: string
  services: readonly { name: string; image: string }[]
}

interface Made {
  Id: string
  project: DemoProject
  service: string
  image: string
  running: boolean
  since: number
}

/**
 * A container engine without containers, so that a demo needs none: it says that they run, lets them be started and
 * stopped, and has lines and figures for them. As much of the engine's API as an agent asks for, and no more.
 */
export async function startDemoEngine(socket: string, projects: readonly DemoProject[]) {
  const made = new Map<string, Made>()
  for (const project of projects)
    for (const { name, image } of project.services) {
      const Id = randomBytes(32).toString('hex')
      made.set(Id, { Id, project, service: name, image, running: true, since: Date.now() - 3_600_000 * 5 })
    }
  const watchers = new Set<ServerResponse>()
  const told = (one: Made, action: string) => {
    const event = { Type: 'container', Action: action, Actor: { ID: one.Id, Attributes: labelsOf(one) } }
    for (const watcher of watchers)
      watcher.write(`${JSON.stringify({ ...event, time: Math.floor(Date.now() / 1000) })}\n`)
  }

  const server = createServer((request, response) => {
    const [place = ''] = (request.url ?? '').replace(/^\/v[\d.]+/, '').split('?')
    const [, id = '', verb = ''] = /^\/containers\/([0-9a-f]+)\/(\w+)$/.exec(place) ?? []
    const one = made.get(id)
    if (place === '/version') return json(response, { ApiVersion: '1.43', MinAPIVersion: '1.24' })
    if (place === '/containers/json') return json(response, [...made.values()].map(listed))
    if (place === '/events') {
      watchers.add(response)
      response.on('close', () => watchers.delete(response))
      return response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    }
    if (!one) return json(response, { message: 'no such container' }, 404)
    if (verb === 'json') return json(response, inspected(one))
    if (verb === 'stats') return json(response, figuresOf(one))
    if (verb === 'logs') return print(response, one, new URL(request.url ?? '', 'http://engine').searchParams)
    if (request.method !== 'POST') return json(response, { message: 'page not found' }, 404)
    Object.assign(one, { running: verb !== 'stop', since: Date.now() })
    told(one, verb === 'stop' ? 'die' : 'start')
    response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return {
    close: () => {
      server.closeAllConnections()
      server.close()
    }
  }
}

const labelsOf = ({ project, service }: Made) => ({
  'com.docker.compose.project': project.name,
  'com.docker.compose.service': service,
  'com.docker.compose.container-number': '1',
  'com.docker.compose.oneoff': 'False',
  'com.docker.compose.project.working_dir': project.folder,
  'com.docker.compose.project.config_files': path.join(project.folder, 'docker-compose.yml')
})

const listed = (one: Made) => ({
  Id: one.Id,
  Names: [`/${one.project.name}-${one.service}-1`],
  Image: one.image,
  Created: Math.floor(one.since / 1000),
  State: one.running ? 'running' : 'exited',
  Status: one.running ? 'Up 5 hours' : 'Exited (0) 1 minute ago',
  Ports: [],
  NetworkSettings: { Networks: { [`${one.project.name}_default`]: {} } },
  Labels: labelsOf(one)
})

const inspected = (one: Made) => ({
  Id: one.Id,
  RestartCount: 0,
  State: {
    Status: one.running ? 'running' : 'exited',
    Running: one.running,
    ExitCode: 0,
    StartedAt: new Date(one.since).toISOString()
  },
  Config: { Tty: true, Labels: labelsOf(one) },
  HostConfig: {}
})

const MIB = 2 ** 20
/** Lines that a container has printed before. */
const PRINTED = 200

function figuresOf(one: Made) {
  const seconds = (Date.now() - one.since) / 1000
  return {
    cpu_stats: { cpu_usage: { total_usage: seconds * 4e7 }, system_cpu_usage: seconds * 4e9, online_cpus: 4 },
    memory_stats: { usage: (120 + 40 * Math.sin(seconds / 60)) * MIB, limit: 2_048 * MIB },
    networks: { eth0: { rx_bytes: seconds * 900, tx_bytes: seconds * 2_100 } },
    pids_stats: { current: 7 }
  }
}

/** A line each two seconds, for as long as somebody reads. */
function print(response: ServerResponse, { service, running }: Made, query: URLSearchParams) {
  response.writeHead(200, { 'content-type': 'application/vnd.docker.raw-stream' })
  const line = (at: number) =>
    response.write(
      `${new Date(at).toISOString()} ${service} has answered ${Math.floor(at / 2_000) % 100_000} requests\n`
    )
  const lines = Math.min(Number(query.get('tail')) || 0, PRINTED)
  for (let back = lines; back > 0; back--) line(Date.now() - back * 2_000)
  if (!running || !query.has('follow')) return void response.end()
  const timer = setInterval(() => line(Date.now()), 2_000)
  response.on('close', () => clearInterval(timer))
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
