import { randomBytes } from 'node:crypto'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { WebSocketServer } from 'ws'

/**
 * FlatRun's own agent, played from what is known of its wire: users with roles, sessions, API keys, keys of its config, a
 * cluster section that is off. It never looks at this project's code.
 */
export interface StandIn {
  url: string
  /** Each request that reached it, in order. */
  requests: { method: string; url: string; headers: http.IncomingHttpHeaders; who: string; bytes: number }[]
  keys: Map<number, FlatRunKey>
  /** Signs somebody in; the token is what its login gives. */
  session(username: string): string
  /** An API key of a user's. */
  keyFor(username: string, permissions: string[], deployments?: Record<string, string>): string
  /** Answers a path in its own way from now on. */
  on(path: string, behaviour?: (request: IncomingMessage, response: ServerResponse) => void): void
  set(how: Partial<Mood>): void
  stop(): Promise<void>
  start(): Promise<void>
}

interface Mood {
  clusterOn: boolean
  authEnabled: boolean
  /** Takes names alone for the deployments of a key. */
  older: boolean
  /** Has no users of the role service. */
  withoutServices: boolean
}

interface User {
  id: number
  username: string
  role: string
  permissions: string[]
}

interface FlatRunKey {
  id: number
  name: string
  key: string
  user_id: number
  permissions: string[]
  deployments: Record<string, string>
}

interface Actor {
  name: string
  admin: boolean
  user?: User
  permissions: string[]
  deployments: Record<string, string> | undefined
}

export const LEGACY_KEY = 'flatrun-config-key-0123456789'
const ROLES: Record<string, string[]> = {
  viewer: ['deployments:read', 'containers:read', 'system:read'],
  operator: ['deployments:read', 'deployments:write', 'containers:read', 'containers:write', 'system:read'],
  service: []
}
const VERSION = { version: '0.4.2', build_time: '2026-10-01T00:00:00Z', git_commit: 'f1a7' }

export async function startStandIn(t: TestContext): Promise<StandIn> {
  const mood: Mood = { clusterOn: false, authEnabled: true, older: false, withoutServices: false }
  const users: User[] = [
    { id: 1, username: 'root', role: 'admin', permissions: [] },
    { id: 2, username: 'vera', role: 'viewer', permissions: [] },
    { id: 3, username: 'otto', role: 'operator', permissions: [] },
    { id: 4, username: 'clara', role: 'viewer', permissions: ['cluster:read'] },
    { id: 5, username: 'will', role: 'viewer', permissions: ['cluster:read', 'cluster:write'] }
  ]
  const sessions = new Map<string, User>()
  const keys = new Map<number, FlatRunKey>()
  const behaviours = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>()
  const sockets = new Set<Socket>()
  let server: http.Server
  let lastId = 100
  const userCalled = (username: string) => users.find((user) => user.username === username) as User

  function actorOf(token: string): Actor | undefined {
    if (!mood.authEnabled) return { name: 'anybody', admin: true, permissions: [], deployments: undefined }
    if (token === LEGACY_KEY) return { name: 'legacy', admin: true, permissions: [], deployments: undefined }
    const user = sessions.get(token)
    if (user) return actorFor(user, user.permissions, undefined)
    const key = [...keys.values()].find((one) => one.key === token)
    const owner = key && users.find(({ id }) => id === key.user_id)
    return key && owner && { ...actorFor(owner, key.permissions, named(key.deployments)), name: `key ${key.name}` }
  }
  const named = (deployments: Record<string, string>) => (Object.keys(deployments).length > 0 ? deployments : undefined)
  const actorFor = (user: User, permissions: string[], deployments: Actor['deployments']): Actor => ({
    name: user.username,
    admin: user.role === 'admin',
    user,
    permissions: [...(ROLES[user.role] ?? []), ...permissions],
    deployments
  })

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { method = 'GET', url = '' } = request
    const path = decodeURIComponent(url.split('?')[0] ?? '')
    const header = request.headers.authorization
    const [, scheme = '', token = ''] = /^(\S+) (.+)$/.exec(header ?? '') ?? []
    const actor = header === undefined && mood.authEnabled ? undefined : actorOf(token)
    const seen = { method, url, headers: request.headers, who: actor?.name ?? 'nobody', bytes: 0 }
    api.requests.push(seen)
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
      response.end(JSON.stringify(body))
    }
    const behaviour = behaviours.get(path)
    if (behaviour) return behaviour(request, response)
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) {
        seen.bytes += chunk.length
        if (seen.bytes < 1 << 20) chunks.push(chunk)
      }
    } catch {
      return
    }
    const body = () => JSON.parse(Buffer.concat(chunks).toString() || '{}')

    if (path === '/api/health') return reply(200, { status: 'healthy', agent: 'flatrun', version: VERSION })
    if (path === '/api/auth/status') return reply(200, { enabled: mood.authEnabled })
    if (path === '/api/setup/status') return reply(200, { initialized: true, by: 'flatrun' })
    if (method === 'OPTIONS') return response.writeHead(204, { 'x-flatrun': 'options' }).end()
    if (path === '/api/auth/login') {
      const { username, password, api_key } = body()
      if (api_key === LEGACY_KEY) return reply(200, { token: LEGACY_KEY })
      if (password !== 'right' || !userCalled(username)) return reply(401, { error: 'Invalid username or password' })
      return reply(200, { token: api.session(username), user: userCalled(username) })
    }
    if (path === '/api/cluster/exchange')
      return mood.clusterOn ? reply(404, { error: 'Invalid or expired invite token' }) : reply(400, { error: OFF })
    if (/^\/api\/(security\/events|traffic)\/ingest$/.test(path)) return reply(200, { status: 'taken' })
    if (header === undefined && mood.authEnabled) return reply(401, { error: 'Authorization header required' })
    if (!/^(bearer|apikey)$/i.test(scheme) && mood.authEnabled)
      return reply(401, { error: 'Unsupported authorization scheme' })
    if (!actor) return reply(401, { error: 'Invalid or expired token' })

    const may = (permission: string, deployment?: string, level = 'read') => {
      if (actor.admin) return true
      if (!actor.permissions.includes(permission)) {
        reply(403, { error: `Permission denied: ${permission} required` })
        return false
      }
      const has = actor.deployments?.[deployment ?? '']
      if (deployment === undefined || actor.deployments === undefined || (has && (has !== 'read' || level === 'read')))
        return true
      reply(403, { error: 'No access to this deployment' })
      return false
    }
    if (path.startsWith('/api/cluster/peers/')) {
      if (!may('cluster:read') || !may('cluster:write')) return
      return mood.clusterOn ? reply(404, { error: 'peer "-" not found' }) : reply(400, { error: OFF })
    }
    if (path === '/api/cluster/status') return may('cluster:read') && reply(200, { enabled: mood.clusterOn })
    if (path === '/api/cluster/providers') {
      if (!may(method === 'GET' ? 'cluster:read' : 'cluster:write')) return
      if (method === 'GET') return reply(200, PROVIDERS)
      const { orchestrator, routing } = body()
      if (routing !== 'nginx') return reply(422, { error: 'Traefik adapter is not configured' })
      return reply(200, { orchestrator, routing })
    }
    if (path === '/api/users/me')
      return actor.user
        ? reply(200, { user: actor.user, permissions: actor.permissions })
        : reply(401, { error: 'Not authenticated' })
    if (path === '/api/users') {
      if (!actor.admin) return reply(403, { error: 'Permission denied: users:read required' })
      if (method === 'GET') return reply(200, { users })
      const { username, role } = body()
      if (mood.withoutServices && role === 'service') return reply(400, { error: 'Invalid role' })
      users.push({ id: ++lastId, username, role, permissions: [] })
      return reply(201, { user: users.at(-1) })
    }
    if (path.startsWith('/api/apikeys')) return apiKeys(actor, path, method, body, reply)
    if (path === '/api/deployments')
      return may('deployments:read') && reply(200, { deployments: ['shop', 'blog'].map(deployment), path: '/srv' })
    if (path === '/api/stats') return may('deployments:read') && reply(200, STATS)
    const [, name, rest = ''] = /^\/api\/deployments\/([^/]+)(\/.*)?$/.exec(path) ?? []
    const writes = !['GET', 'HEAD'].includes(method)
    if (name !== undefined)
      return (
        may(writes ? 'deployments:write' : 'deployments:read', name, writes ? 'write' : 'read') &&
        reply(200, { deployment: name, rest, method, query: url.split('?')[1], bytes: seen.bytes, who: actor.name })
      )
    if (path === '/api/credentials') return may('registries:read') && reply(200, { credentials: ['secret'] })
    if (path === '/api/server/info') return may('system:read') && reply(200, { hostname: 'flatrun' })
    return response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found')
  }

  function apiKeys(
    actor: Actor,
    path: string,
    method: string,
    body: () => Record<string, unknown>,
    reply: (status: number, body: unknown) => void
  ) {
    if (!actor.admin) return reply(403, { error: 'Permission denied: apikeys:read required' })
    if (method === 'GET') return reply(200, { api_keys: [...keys.values()].map(({ key: _, ...rest }) => rest) })
    if (method === 'DELETE') {
      const id = Number(path.split('/').at(-1))
      if (!keys.delete(id)) return reply(404, { error: 'API key not found' })
      return reply(200, { message: 'API key deleted' })
    }
    const { name, permissions, deployments = {}, user_id = 1 } = body()
    if (mood.older && !Array.isArray(deployments) && Object.keys(deployments as object).length > 0)
      return reply(400, { error: 'Invalid request body' })
    const access = Array.isArray(deployments)
      ? Object.fromEntries(deployments.map((one) => [one, 'admin']))
      : deployments
    const made = {
      id: ++lastId,
      name,
      permissions,
      user_id,
      deployments: access,
      key: `fr_${randomBytes(24).toString('base64url')}`
    }
    keys.set(made.id, made as FlatRunKey)
    reply(201, { api_key: made, message: 'Save this key securely.' })
  }

  const sockets_ = new WebSocketServer({ noServer: true })
  function listener() {
    const made = http.createServer(answer)
    made.on('connection', (socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
    made.on('upgrade', (request, socket, head) => {
      const { method = '', url = '', headers } = request
      api.requests.push({ method, url, headers, who: 'socket', bytes: 0 })
      // An ordinary answer where somebody asks for a WebSocket.
      const behaviour = behaviours.get(url)
      if (behaviour) {
        const response = new http.ServerResponse(request)
        if (socket instanceof Socket) response.assignSocket(socket)
        // Node does that for its own answers only.
        socket.on('drain', () => response.emit('drain'))
        return behaviour(request, response)
      }
      if (!/\/(exec|terminal|interactive|stream)(\?|$)/.test(url))
        return socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n')
      sockets_.handleUpgrade(request, socket, head, (opened) => {
        opened.once('message', (first) => {
          const { type, token } = JSON.parse(String(first))
          const actor = type === 'auth' ? actorOf(String(token)) : undefined
          if (!actor) {
            opened.send(JSON.stringify({ type: 'error', message: 'Invalid or expired token' }))
            return opened.close()
          }
          opened.send('{"type":"auth_success"}')
          opened.on('message', (data) => opened.send(`${actor.name}: ${data}`))
        })
      })
    })
    return made
  }

  let port = 0
  const api: StandIn = {
    url: '',
    requests: [],
    keys,
    session(username) {
      const token = `${randomBytes(8).toString('hex')}.${Buffer.from(JSON.stringify({ username })).toString('base64url')}.sig`
      sessions.set(token, userCalled(username))
      return token
    },
    keyFor(username, permissions, deployments = {}) {
      const id = ++lastId
      const key = `fr_${randomBytes(24).toString('base64url')}`
      keys.set(id, { id, name: `of ${username}`, key, user_id: userCalled(username).id, permissions, deployments })
      return key
    },
    on(path, behaviour) {
      if (behaviour) behaviours.set(path, behaviour)
      else behaviours.delete(path)
    },
    set: (how) => void Object.assign(mood, how),
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
    async start() {
      server = listener()
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
      port = (server.address() as AddressInfo).port
      api.url = `http://127.0.0.1:${port}`
    }
  }
  await api.start()
  t.after(() => api.stop())
  return api
}

/** What ends a session at FlatRun's. */
const OFF = 'Cluster is not enabled'
const deployment = (name: string) => ({
  name,
  path: `/srv/${name}`,
  status: name === 'shop' ? 'running' : 'stopped',
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  services: [
    { name: 'web', container_id: `c-${name}`, image: 'nginx', status: 'running', created_at: '2026-01-01T00:00:00Z' }
  ]
})
const PROVIDERS = {
  orchestrators: [{ id: 'standalone', active: true, available: true }],
  routing: [
    { id: 'nginx', active: true, available: true },
    { id: 'traefik', active: false, available: false, reason: 'Traefik adapter is not configured' }
  ]
}
const STATS = {
  deployments: { total_deployments: 2, running: 1, stopped: 1, error: 0 },
  containers: { total: 9, running: 8, stopped: 1 },
  system: {
    cpu: { usage_percent: 7, cores: 8 },
    memory: { total: 10, used: 4, free: 6, available: 6, usage_percent: 40 },
    disk: { total: 10, used: 1, free: 9, usage_percent: 10, mount_point: '/' },
    uptime: 1,
    load_avg: { load1: 1, load5: 1, load15: 1 }
  }
}
