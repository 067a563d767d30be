import { createHash, randomBytes } from 'node:crypto'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gzipSync } from 'node:zlib'

/**
 * A plain FlatRun agent, played from PROTOCOL §1: it invites, joins, answers what peers ask, and misbehaves on command.
 * It never looks at this project's code.
 */
export interface FakePeer {
  name: string
  url: string
  /** Each request, in order. */
  requests: { method: string; url: string; headers: http.IncomingHttpHeaders; body: string }[]
  /** Sockets that are open now. */
  sockets: Set<Socket>
  /** For what a test wants to add, such as WebSockets. */
  server: http.Server
  /** Keys that it gave out, and whom they belong to. */
  keys: Map<string, string>
  /** Those it joined: their URL and the key that it presents to them. */
  peers: Map<string, { url: string; key: string }>
  deployments: unknown[]
  /** Makes an invite, as its operator would. */
  invite(): string
  /** Uses another node's invite, as its operator would. */
  join(url: string, token: string): Promise<{ status: number; body: unknown }>
  /** Presents the key that `name` gave it. */
  call(name: string, path: string, init?: RequestInit): Promise<Response>
  /** Answers a path (without query) in its own way from now on; without a behaviour, normally again. */
  on(path: string, behaviour?: Behaviour): void
  /** Ends the keys of that peer, as its operator would. */
  remove(name: string): void
  /** Refuses or accepts every key from now on. */
  refuseKeys(refuse: boolean): void
  close(): Promise<void>
}

export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void

export interface FakePeerOptions {
  name?: string
  /** Says whom a key belongs to; default: the keys that it gave out. `any` accepts every request. */
  auth?: 'any' | 'keys'
  /** A peer of a name that it has already is refused as FlatRun does it: the token is spent, and each side has a half. */
  uniqueNames?: boolean
  port?: number
  /** Options of the HTTP server, for one that speaks TLS. */
  createServer?: (listener: http.RequestListener) => http.Server
  protocol?: 'http' | 'https'
}

const VERSION = { version: '0.4.0', build_time: '2026-01-01T00:00:00Z', git_commit: 'abcdef' }

const UNIQUE = 'Failed to store peer: failed to store peer: UNIQUE constraint failed: peers.name'

export async function startFakePeer(options: FakePeerOptions = {}): Promise<FakePeer> {
  const { name = 'fake', auth = 'any', createServer = http.createServer, protocol = 'http' } = options
  const invites = new Map<string, boolean>()
  const behaviours = new Map<string, Behaviour>()
  let refusing = false
  const token = () => randomBytes(32).toString('base64url').concat('=')
  const digest = (text: string) => createHash('sha256').update(text).digest('hex')

  const server = createServer(async (request, response) => {
    const path = request.url?.split('?')[0] ?? '/'
    const behaviour = behaviours.get(path) ?? behaviours.get('*')
    const seen = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: '' }
    peer.requests.push(seen)
    if (behaviour) return behaviour(request, response)
    try {
      for await (const chunk of request) seen.body += chunk
    } catch {
      // Whoever asked has broken it off.
      return
    }
    const authorized = !refusing && (auth === 'any' || peer.keys.has(bearer(request)))
    const reply = (status: number, body: unknown) => json(response, status, body)
    const allowed = (body: unknown) =>
      authorized ? reply(200, body) : reply(401, { error: 'Invalid or expired token' })

    if (path === '/api/health') return reply(200, { status: 'healthy', agent: 'flatrun', version: VERSION })
    if (path === '/api/cluster/status') {
      return allowed({ enabled: true, server_name: name, peer_count: peer.peers.size, version: VERSION })
    }
    if (path === '/api/deployments') return allowed({ deployments: peer.deployments, path: '/srv/deployments' })
    if (path === '/api/stats') return allowed(STATS)
    if (path === '/api/cluster/exchange') return exchange(seen.body, reply)
    reply(404, { error: 'not found' })
  })

  function exchange(body: string, reply: (status: number, body: unknown) => void) {
    const asked = JSON.parse(body)
    for (const field of ['invite_token', 'url', 'api_key', 'name']) {
      if (typeof asked[field] !== 'string' || asked[field] === '') return reply(400, { error: `${field} is required` })
    }
    const used = invites.get(digest(asked.invite_token))
    if (used === undefined) return reply(404, { error: 'Invalid or expired invite token' })
    if (used) return reply(409, { error: 'Invite has already been used' })
    invites.set(digest(asked.invite_token), true)
    if (options.uniqueNames && peer.peers.has(asked.name)) return reply(500, { error: UNIQUE })
    const key = token()
    peer.keys.set(key, asked.name)
    peer.peers.set(asked.name, { url: asked.url, key: asked.api_key })
    reply(200, { api_key: key, name })
  }

  const peer: FakePeer = {
    name,
    url: '',
    requests: [],
    sockets: new Set(),
    server,
    keys: new Map(),
    peers: new Map(),
    deployments: [deployment('web'), deployment('db')],
    invite() {
      const made = token()
      invites.set(digest(made), false)
      return made
    },
    async join(url, invite) {
      const key = token()
      peer.keys.set(key, 'joining')
      const answer = await fetch(`${url}/api/cluster/exchange`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ invite_token: invite, url: peer.url, api_key: key, name })
      })
      const body = JSON.parse(await answer.text())
      if (answer.status === 200 && options.uniqueNames && peer.peers.has(body.name)) {
        peer.keys.delete(key)
        return { status: 500, body: { error: UNIQUE } }
      }
      if (answer.status === 200) {
        peer.keys.set(key, body.name)
        peer.peers.set(body.name, { url, key: body.api_key })
      } else peer.keys.delete(key)
      return { status: answer.status, body }
    },
    call(other, path, init = {}) {
      const known = peer.peers.get(other)
      if (!known) throw new Error(`${name} has no peer ${other}`)
      return fetch(known.url + path, { ...init, headers: { authorization: `Bearer ${known.key}`, ...init.headers } })
    },
    on(path, behaviour) {
      if (behaviour) behaviours.set(path, behaviour)
      else behaviours.delete(path)
    },
    remove(name) {
      for (const [key, owner] of peer.keys) if (owner === name) peer.keys.delete(key)
      peer.peers.delete(name)
    },
    refuseKeys(refuse) {
      refusing = refuse
    },
    close() {
      for (const socket of peer.sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    }
  }
  server.on('connection', (socket) => {
    peer.sockets.add(socket)
    socket.on('close', () => peer.sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  peer.url = `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}`
  return peer
}

/** What peers do that they should not. */
export const misbehave = {
  hang: () => {},
  /** A byte now and then, for ever: defeats every limit but a total one. */
  drip: (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{')
    const timer = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(timer))
  },
  /** Informational answers without end: defeats a limit on headers. */
  processing: (_request, response) => {
    const timer = setInterval(() => response.writeProcessing(), 20)
    response.on('close', () => clearInterval(timer))
  },
  reset: (request) => request.socket.resetAndDestroy(),
  close: (request) => request.socket.end(),
  garbage: (request) => request.socket.end('NOT HTTP AT ALL\r\n\r\n'),
  /** Promises more than it sends. */
  truncated: (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"deployments":[]}')
    setImmediate(() => response.destroy())
  },
  /** Sends more than it promises. */
  overlong: (request) => {
    request.socket.write(
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n{"deployments":[]}'
    )
  },
  html: (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end('<!doctype html><title>Welcome</title><script>top.stolen = localStorage.token</script>')
  },
  redirect: (_request, response) => {
    response.writeHead(302, { location: 'http://127.0.0.1:1/elsewhere' })
    response.end()
  },
  /** 100 MB, as fast as they are taken. */
  huge: (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const chunk = Buffer.alloc(1 << 20, ' ')
    let left = 100
    const more = () => {
      while (left-- > 0) if (!response.write(chunk)) return response.once('drain', more)
      response.end()
    }
    more()
  },
  bomb: (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    response.end(gzipSync(Buffer.alloc(10 << 20, ' ')))
  },
  deep: (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(`{"status":"healthy","deployments":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)
  },
  proto: (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"status":"healthy","deployments":[{"name":"x","__proto__":{"status":"running"}}]}')
  },
  notJson: (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"deployments":[')
  }
} satisfies Record<string, Behaviour>

/** Answers with this JSON. */
export const answers =
  (status: number, body: unknown): Behaviour =>
  (_request, response) =>
    json(response, status, body)

/** What a proxy in front of an agent shows instead of its answer. */
export const signIn =
  (status: number): Behaviour =>
  (_request, response) =>
    response
      .writeHead(status, { 'content-type': 'text/html', 'www-authenticate': 'Basic' })
      .end('<!doctype html><title>Sign in</title>')

export function deployment(name: string, status = 'running') {
  const at = '2026-01-01T00:00:00Z'
  const service = { name: 'app', container_id: `c-${name}`, image: 'nginx:1', status, created_at: at }
  return { name, path: `/srv/deployments/${name}`, status, created_at: at, updated_at: at, services: [service] }
}

const STATS = {
  deployments: {
    total_deployments: 2,
    running: 2,
    stopped: 0,
    error: 0,
    unknown: 0,
    last_updated: '2026-01-01T00:00:00Z'
  },
  containers: { total: 2, running: 2, stopped: 0 },
  system: {
    cpu: { usage_percent: 12.5, cores: 2 },
    memory: { total: 1000, used: 400, free: 600, available: 600, usage_percent: 40 },
    disk: { total: 1000, used: 100, free: 900, usage_percent: 10, mount_point: '/' },
    uptime: 3600,
    load_avg: { load1: 0.1, load5: 0.2, load15: 0.3 }
  }
}

const bearer = (request: IncomingMessage) => (request.headers.authorization ?? '').replace(/^bearer /i, '')

function json(response: ServerResponse, status: number, body: unknown) {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(body))
}
