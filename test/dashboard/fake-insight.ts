import type { FastifyInstance } from 'fastify'
import type { UsageRange } from '../../src/schemas/deployments/usage.ts'
import type { ActorView } from '../../src/schemas/inspection/actor.ts'
import { alertRoutes } from './fake-alerts.ts'
import { reachability } from './fake-reachability.ts'
import { timelineRoutes } from './fake-timeline.ts'
import { usage } from './past.ts'
import { ago, type World } from './world.ts'

/** What goes on inside of the invented node. */
export function insightRoutes(app: FastifyInstance, world: World): void {
  app.get<{ Querystring: { peer?: string } }>('/api/cluster/machines', async ({ query: { peer } }) => {
    const peers = world.servers.filter(({ name }) => name !== world.self)
    const actors: ActorView[] = [
      { id: 'supervisor', machine: 'supervisor', status: 'active', states: [] },
      ...peers.map(
        ({ name, verdict }): ActorView => ({
          id: `actor-${name}`,
          machine: 'peer',
          parent: 'supervisor',
          peer: name,
          status: 'active',
          states: ['probe.watching', `health.${verdict}`]
        })
      )
    ]
    const shown = actors.filter((actor) => peer === undefined || actor.peer === peer)
    return { actors: shown, total: shown.length }
  })

  app.get('/api/cluster/config', async () => ({
    file: '/etc/flatrun/config.yml',
    notes: ['nginx: accepted and ignored, as it is a section of FlatRun'],
    settings: [
      { key: 'deployments_path', value: '/srv/deployments', origin: 'config.yml:1' },
      { key: 'docker_socket', value: 'unix:///var/run/docker.sock', origin: 'default' },
      { key: 'api.host', value: '0.0.0.0', origin: 'FLATRUN_API__HOST' },
      { key: 'api.port', value: 8090, origin: 'default' },
      { key: 'api.tls.mode', value: 'auto', origin: 'config.yml:6' },
      { key: 'auth.api_keys', value: ['<secret>', '<secret>'], origin: 'config.yml:9' },
      { key: 'auth.jwt_secret', value: '', origin: 'default' },
      { key: 'cluster.server_name', value: world.self, origin: 'config.yml:14' },
      { key: 'cluster.health_interval', value: '30s', origin: 'default' },
      { key: 'alerts.delay', value: '2m', origin: 'default' },
      {
        key: 'alerts.targets',
        value: [
          { type: 'webhook', name: 'on-call', url: '<secret>' },
          { type: 'ntfy', name: 'phone', url: '<secret>' }
        ],
        origin: 'config.yml:20'
      }
    ]
  }))

  for (const prefix of ['/api', '/api/cluster/peers/:server/proxy']) {
    app.get<{ Params: { server?: string }; Querystring: { range?: UsageRange } }>(
      `${prefix}/stats/history`,
      async (request, reply) => {
        const name = request.params.server ?? world.self
        const server = world.servers.find((one) => one.name === name)
        if (server?.verdict === 'offline')
          return reply.code(503).send({ error: `${name} does not answer`, code: 'peer_unreachable' })
        return server
          ? usage(world, server, request.query.range ?? 'hour')
          : reply.code(404).send({ error: 'peer not found' })
      }
    )
  }

  app.get('/api/audit', async () => ({
    entries: [
      {
        id: '9',
        at: ago(world, 40),
        who: 'operator admin',
        what: 'POST /api/cluster/peers/:name/check',
        target: 'warsaw-1',
        from: '10.0.0.7',
        result: 200,
        times: 3
      },
      {
        id: '8',
        at: ago(world, 900),
        who: 'nobody',
        what: 'POST /api/auth/login',
        from: '203.0.113.9',
        result: 401,
        times: 12
      },
      {
        id: '7',
        at: ago(world, 7310),
        who: 'peer home-nas',
        what: 'POST /api/cluster/confirm',
        from: '10.0.0.31',
        result: 200,
        times: 1
      },
      {
        id: '6',
        at: ago(world, 7400),
        who: 'operator admin',
        what: 'POST /api/cluster/invite',
        from: '10.0.0.7',
        result: 200,
        times: 1
      }
    ]
  }))

  app.get('/api/cluster/reachability', async () => reachability(world))
  timelineRoutes(app, world)
  alertRoutes(app, world)
}
