import type { FastifyInstance } from 'fastify'
import type { AlertSettings, AlertsView } from '../../src/schemas/alerts/alert-api.ts'
import { ago, type World } from './world.ts'

/** Who is told by the invented node, and what it sent. */
export function alertRoutes(app: FastifyInstance, world: World): void {
  let settings: AlertSettings = { targets: [{ type: 'slack', name: 'ops' }] }
  let silenced: string[] = ['home-nas']

  const view = (): AlertsView => ({
    delay: settings.delay ?? '2m',
    grace: settings.grace ?? '10m',
    remind: settings.remind ?? 'off',
    rules: {
      disk: { enabled: true, over: 90, for: '5m', ...settings.rules?.disk },
      memory: { enabled: true, over: 95, for: '15m' },
      deployment: { enabled: true, for: '5m' },
      load: { enabled: false, over: 4, for: '15m' }
    },
    maintenance: [{ from: '02:00', to: '04:30' }],
    targets: [
      { name: 'on-call', type: 'webhook', where: 'hooks.example.org', from: 'config', waiting: 0 },
      ...(settings.targets ?? []).map(({ name, type }) => ({
        name,
        type: type as 'slack',
        where: 'hooks.slack.com',
        from: 'here' as const,
        waiting: 1,
        failing_since: ago(world, 900),
        error: 'It answered with status 404: no_service'
      }))
    ],
    silences: silenced.map((server, index) => ({
      id: `s${index}`,
      server,
      since: ago(world, 60),
      until: new Date(Date.now() + 5_400_000).toISOString(),
      by: 'admin',
      reason: 'new disks',
      origin: 'operator' as const
    })),
    problems: [
      {
        kind: 'peer',
        server: 'warsaw-1',
        title: 'does not answer',
        detail: '4 probes in a row failed: connection refused',
        since: ago(world, 1_300),
        grave: true,
        told: true,
        silenced: false
      }
    ],
    deliveries: [
      { at: ago(world, 1_100), target: 'on-call', ok: true, title: 'warsaw-1 is down, says berlin-1' },
      {
        at: ago(world, 1_000),
        target: 'ops',
        ok: false,
        title: 'warsaw-1 is down, says berlin-1',
        error: 'It answered with status 404: no_service'
      }
    ],
    fixed: ['alerts.maintenance', 'alerts.rules.memory.over'],
    settings
  })

  app.get('/api/alerts', async () => view())
  app.put<{ Body: AlertSettings }>('/api/alerts', async ({ body }, reply) => {
    const last = body.targets?.at(-1)
    if (last && 'url' in last && last.url === 'nowhere')
      return reply
        .code(400)
        .send({ error: 'targets[1].url: expected an http or https address; got other text', code: 'bad_request' })
    settings = { ...body, targets: (body.targets ?? []).map(({ type, name }) => ({ type, name })) }
    return view()
  })
  app.post<{ Querystring: { target?: string } }>('/api/alerts/test', async ({ query: { target } }) => ({
    targets: target === undefined ? [{ target: 'on-call', ok: true }] : [{ target, ok: true }]
  }))
  app.post<{ Body: { server?: string } }>('/api/alerts/silences', async ({ body: { server = '' } }) => {
    silenced = [...silenced, server]
    return view().silences.at(-1)
  })
  app.delete('/api/alerts/silences/:id', async () => {
    silenced = []
    return { status: 'ended' }
  })
}
