import type { AddressInfo } from 'node:net'
import path from 'node:path'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { dashboard } from '../../src/http/pages/dashboard.ts'
import type { Answer } from '../../src/schemas/answer.ts'
import type { ClusterEvent, NewEvent } from '../../src/schemas/event.ts'
import type { HistoryRange } from '../../src/schemas/history.ts'
import { deploymentRoutes } from './fake-deployments.ts'
import { insightRoutes } from './fake-insight.ts'
import { rolloutRoutes } from './fake-rollouts.ts'
import { checks, history } from './past.ts'
import { peerView, type Server, stats, type World } from './world.ts'

export const BUILT = path.join(import.meta.dirname, '..', '..', 'dist', 'dashboard')

export interface FakeNode {
  url: string
  world: World
  /** What was asked for, in order, as `GET /api/…`. */
  asked: string[]
  /** The `Last-Event-ID` of each stream that was opened. */
  resumedAfter: number[]
  publish(event: NewEvent): void
  /** Ends every open stream, as a restart would. */
  cut(): void
  app: FastifyInstance
  /** Calls back before each answer goes out; it may still change its status. */
  onAnswer(look: (request: FastifyRequest, reply: FastifyReply, body: unknown) => void): void
  close(): Promise<void>
}

/** A node that says what its `world` says, in the shapes of the protocol, so that states that are hard to produce can be looked at. */
export async function startFake(world: World): Promise<FakeNode> {
  const app = Fastify({ forceCloseConnections: true })
  const asked: string[] = []
  const resumedAfter: number[] = []
  const streams = new Set<FastifyReply>()
  const looks = new Set<(request: FastifyRequest, reply: FastifyReply, body: unknown) => void>()
  const tickets = new Set(['fresh-ticket'])

  const peers = () => world.servers.filter(({ name }) => name !== world.self)
  const peerNamed = (name: string) => peers().find((server) => server.name === name)
  const numberOf = (server: Server) => world.servers.indexOf(server) + 1
  const detail = (server: Server) => ({
    ...peerView(world, server, numberOf(server)),
    evidence: checks(world, server).slice(-10),
    checks: checks(world, server).map(({ asked: _, detail: __, ...check }) => check),
    transitions: []
  })

  app.addHook('onRequest', async (request, reply) => {
    asked.push(`${request.method} ${request.url}`)
    const open = !request.url.startsWith('/api/') || /^\/api\/(health|auth\/)/.test(request.url)
    if (open || !world.authEnabled || request.headers.authorization === 'Bearer fake-token') return
    return reply.code(401).send({ error: 'Invalid or expired token', code: 'unauthorized' })
  })
  app.addHook('onSend', async (request, reply, body) => {
    for (const look of looks) look(request, reply, body)
    return body
  })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'Not found', code: 'not_found' }))

  app.get('/api/auth/status', async () => ({ enabled: world.authEnabled }))
  app.post<{ Body: { api_key?: string; ticket?: string } }>('/api/auth/login', async (request, reply) => {
    const { api_key, ticket } = request.body
    if (api_key === world.key || (ticket && tickets.delete(ticket))) {
      return { token: 'fake-token', expires_in: 86_400, token_type: 'Bearer' }
    }
    if (api_key === 'too-often') {
      return reply.code(429).header('retry-after', '42').send({ error: 'Too many attempts', code: 'rate_limited' })
    }
    return reply.code(401).send({ error: 'Invalid API key', code: 'invalid_key' })
  })
  app.delete('/api/auth/session', async () => ({ status: 'ended' }))
  app.get('/api/users/me', async () => ({ user: USER, permissions: permissionsIn(world), deployments: [] }))
  app.get('/api/cluster/status', async () =>
    world.enabled
      ? {
          enabled: true,
          server_name: world.self,
          peer_count: peers().length,
          waiting: world.introductions?.length ?? 0,
          self: { tags: world.servers.find(({ name }) => name === world.self)?.tags ?? [] },
          advertise_url: `https://${world.self}.example.net:8090`,
          version: { version: '0.1.0', build_time: '2026-11-23T00:00:00Z', git_commit: 'unknown' }
        }
      : { enabled: false }
  )
  app.post<{ Body: { server_name: string } }>('/api/cluster/setup', async (request) => {
    world.enabled = true
    world.self = request.body.server_name
    return { enabled: true, ...request.body, peer_count: 0 }
  })
  app.get('/api/cluster/peers', async () => ({
    peers: peers().map((server) => peerView(world, server, numberOf(server)))
  }))
  app.get<{ Params: { name: string } }>('/api/cluster/peers/:name', async (request, reply) => {
    const server = peerNamed(request.params.name)
    if (!server) return reply.code(404).send({ error: `peer "${request.params.name}" not found`, code: 'peer_unknown' })
    return detail(server)
  })
  app.get<{ Params: { name: string }; Querystring: { range?: HistoryRange } }>(
    '/api/cluster/peers/:name/history',
    async (request, reply) => {
      const server = peerNamed(request.params.name)
      if (!server) return reply.code(404).send({ error: 'peer not found', code: 'peer_unknown' })
      return history(world, server, request.query.range ?? 'hour')
    }
  )
  app.delete<{ Params: { name: string } }>('/api/cluster/peers/:name', async (request) => {
    world.servers = world.servers.filter(({ name }) => name !== request.params.name)
    return { status: 'removed', peer: request.params.name }
  })

  const invites = new Map<string, object>()
  app.post<{ Body: Record<string, string> | null }>('/api/cluster/invite', async (request) => {
    const id = `invite-${invites.size + 1}`
    const expires_at = new Date(Date.now() + 3_600_000).toISOString()
    invites.set(id, { id, created_at: new Date().toISOString(), expires_at, created_by: 'operator', ...request.body })
    const token = `frc1.${'eyJhIjpbImh0dHBzOi8vZnJhbmtmdXJ0LTEuZXhhbXBsZS5uZXQ6ODA5MCJdfQ'.repeat(3)}`
    return { invite_token: token, expires_at, id }
  })
  app.get('/api/cluster/invites', async () => ({ invites: [...invites.values()] }))
  app.delete<{ Params: { id: string } }>('/api/cluster/invites/:id', async (request) => {
    invites.delete(request.params.id)
    return { status: 'revoked' }
  })
  app.get('/api/cluster/introductions', async () => ({ introductions: world.introductions ?? [] }))
  app.post<{ Params: { id: string; word: string } }>('/api/cluster/introductions/:id/:word', async (request) => {
    world.introductions = world.introductions?.filter(({ id }) => id !== request.params.id)
    return {}
  })
  app.get('/api/cluster/joins', async () => ({ joins: [] }))
  app.post<{ Body: { invite_token: string } }>('/api/cluster/preflight', async (request) => {
    const good = request.body.invite_token.startsWith('frc1.good')
    const checks = [
      { name: 'reach', ok: true, detail: 'https://node-2.example.net:8090 answers' },
      { name: 'name', ok: true, detail: 'the name is free' },
      good
        ? { name: 'reach_back', ok: true, detail: 'it reaches this server' }
        : {
            name: 'reach_back',
            ok: false,
            detail: 'it cannot reach http://10.0.0.4:8090; set cluster.advertise_url to an address that it can',
            code: 'refused'
          },
      { name: 'clock', ok: true, detail: 'the clocks agree' }
    ]
    return { ok: good, checks }
  })
  app.post<{ Body: { invite_token: string } }>('/api/cluster/accept', async (request, reply) => {
    if (!request.body.invite_token.startsWith('frc1.good')) {
      return reply.code(502).send({ error: 'Failed to contact peer: connection refused', code: 'peer_unreachable' })
    }
    world.servers.push({ name: 'joined-1', verdict: 'online', latencyMs: 9, deployments: [] })
    return { peer_name: 'joined-1', peer_url: 'https://joined-1.example.net', status: 'peered', transport: 'pinned' }
  })
  app.post<{ Params: { name: string } }>('/api/cluster/peers/:name/approve', async (request, reply) => {
    const server = peerNamed(request.params.name)
    if (!server) return reply.code(404).send({ error: 'peer not found', code: 'peer_unknown' })
    Object.assign(server, { awaitsApproval: false, verdict: 'online' })
    return peerView(world, server, numberOf(server))
  })
  app.post<{ Params: { name: string } }>('/api/cluster/peers/:name/check', async (request, reply) => {
    const server = peerNamed(request.params.name)
    if (!server) return reply.code(404).send({ error: 'peer not found', code: 'peer_unknown' })
    return detail(server)
  })
  app.put<{ Params: { name: string }; Body: { tags: string[] } }>(
    '/api/cluster/peers/:name/tags',
    async (request, reply) => {
      const server = peerNamed(request.params.name)
      if (!server || request.body.tags.includes('wr/ong'))
        return reply.code(400).send({ error: 'tags/0 must be a word', code: 'bad_request' })
      server.ownTags = request.body.tags
      return peerView(world, server, numberOf(server))
    }
  )
  let grants: unknown = [
    { capability: 'fleet.read' },
    { capability: 'deployments.read' },
    { capability: 'deployments.run' },
    { capability: 'capacity.read' }
  ]
  app.get<{ Params: { name: string } }>('/api/cluster/peers/:name/policy', async (request) => ({
    peer: request.params.name,
    grants
  }))
  app.put<{ Params: { name: string }; Body: { grants: unknown } }>(
    '/api/cluster/peers/:name/policy',
    async (request) => {
      grants = request.body.grants
      return { peer: request.params.name, grants }
    }
  )

  const aggregate = (pick: (server: Server) => unknown) => async (reply: FastifyReply, lines: boolean) => {
    const answers = world.servers.map((server) => answer(server, pick(server)))
    const summary = { answered: answers.filter(({ online }) => online).length, failed: 0, total: answers.length }
    if (!lines) return { servers: Object.fromEntries(answers.map((entry) => [entry.name, entry])), summary }
    reply.type('application/x-ndjson')
    return reply.send([...answers, { summary }].map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  }
  const deployments = aggregate((server) => server.deployments)
  // A node that is asked for nonsense by a test gives it everywhere.
  const loads = aggregate((server) => (Array.isArray(server.deployments) ? stats(server) : server.deployments))
  const wantsLines = (accept: string | undefined) => accept?.includes('ndjson') ?? false
  app.get('/api/cluster/deployments', (request, reply) => deployments(reply, wantsLines(request.headers.accept)))
  app.get('/api/cluster/stats', (request, reply) => loads(reply, wantsLines(request.headers.accept)))

  app.get('/api/cluster/events', (request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
    const after = Number(request.headers['last-event-id'] ?? 0)
    resumedAfter.push(after)
    for (const event of world.events) if (event.id > after) write(reply, event)
    reply.raw.write(': here\n\n')
    streams.add(reply)
    request.raw.on('close', () => streams.delete(reply))
  })

  deploymentRoutes(app, world)
  rolloutRoutes(app, world)
  insightRoutes(app, world)

  await app.register(dashboard, { root: BUILT })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? (address satisfies AddressInfo).port : 0

  return {
    url: `http://127.0.0.1:${port}`,
    world,
    asked,
    resumedAfter,
    app,
    onAnswer: (look) => void looks.add(look),
    publish(event) {
      const whole = { ...event, id: (world.events.at(-1)?.id ?? 0) + 1, at: new Date().toISOString() }
      world.events.push(whole)
      for (const stream of streams) write(stream, whole)
    },
    cut() {
      for (const stream of streams) stream.raw.destroy()
    },
    close: () => app.close()
  }
}

const NEVER = '0001-01-01T00:00:00Z'
const USER = {
  ...{ id: 1, uid: 'admin', username: 'admin', email: '', role: 'admin', is_active: true },
  ...{ created_at: NEVER, last_login_at: NEVER }
}

const permissionsIn = ({ readOnly }: World) =>
  readOnly ? ['cluster:read', 'deployments:read'] : ['cluster:read', 'cluster:write', 'deployments:write']

function write(reply: FastifyReply, event: ClusterEvent) {
  reply.raw.write(`id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
}

function answer(server: Server, data: unknown): Answer {
  const up = server.verdict === 'online' || server.verdict === 'suspect'
  const base = { name: server.name, online: up, state: server.verdict }
  if (up) return { ...base, data, age_ms: 0, ...(server.incomplete ? { incomplete: server.incomplete } : {}) }
  return {
    ...base,
    data,
    age_ms: (server.sinceS ?? 60) * 1000,
    stale: true,
    error: server.error ?? 'away',
    code: server.code ?? 'refused'
  }
}
