import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import path from 'node:path'
import type { TestContext } from 'node:test'
import recorded from './engine/recorded/containers.json' with { type: 'json' }
import { folder } from './folder.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** An engine that misbehaves in the ways a test says: `routes` are by method and path without version and query. */
export async function startFakeEngine(t: TestContext, routes: Record<string, Answer> = {}) {
  const socketPath = path.join(await folder(t), 'engine.sock')
  const asked: string[] = []
  const server = createServer((request, response) => {
    const url = request.url ?? ''
    asked.push(`${request.method} ${url}`)
    const key = `${request.method} ${url.replace(/^\/v[\d.]+/, '').replace(/\?.*/, '')}`
    const answer = routes[key] ?? DEFAULTS[key] ?? ((_, missing) => json(missing, { message: 'page not found' }, 404))
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { socket: `unix://${socketPath}`, asked, server, routes }
}

const DEFAULTS: Record<string, Answer> = {
  'GET /version': (_, response) => json(response, { ApiVersion: '1.43', MinAPIVersion: '1.24' }),
  'GET /containers/json': (_, response) => json(response, []),
  'GET /events': (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

export interface FakeContainer {
  service: string
  state?: string
  status?: string
  project?: string
  dir?: string
  /** The compose files that it was made with, as compose notes them. */
  files?: string
  createdAt?: number
  labels?: Record<string, string>
  id?: string
}

/** A container as an engine lists it: what a test does not say is as it was recorded of a real one. */
export function container({
  service,
  state = 'running',
  status = 'Up 2 hours',
  project = 'web',
  ...rest
}: FakeContainer) {
  return {
    ...recorded[0],
    Id: rest.id ?? `${project}-${service}`.padEnd(64, '0'),
    Names: [`/${project}-${service}-1`],
    Image: 'nginx:1.27',
    Created: rest.createdAt ?? 1_795_400_150,
    State: state,
    Status: status,
    Ports: [{ IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' }],
    NetworkSettings: { Networks: { web_default: {} } },
    Labels: {
      'com.docker.compose.project': project,
      'com.docker.compose.service': service,
      'com.docker.compose.container-number': '1',
      'com.docker.compose.oneoff': 'False',
      ...(rest.dir === undefined ? {} : { 'com.docker.compose.project.working_dir': rest.dir }),
      ...(rest.files === undefined ? {} : { 'com.docker.compose.project.config_files': rest.files }),
      ...rest.labels
    }
  }
}

/** One frame of a log as the engine sends it where there is no terminal. */
export function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(Buffer.byteLength(text), 4)
  return Buffer.concat([header, Buffer.from(text)])
}
