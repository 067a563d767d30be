import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ContainerRange } from '../../src/schemas/deployments/usage.ts'
import { containersPast } from './past.ts'
import type { World } from './world.ts'

interface Params {
  server?: string
  name: string
  action?: string
}

const LINES = [
  ['web', 'stdout', '10.0.4.17 - - "GET /products/kettle-1200 HTTP/2.0" 200 18231'],
  ['web', 'stdout', '10.0.4.11 - - "GET /assets/app.4f1c.css HTTP/2.0" 304 0'],
  ['shop', 'stdout', 'INFO  order 41877 paid by invoice, 3 items'],
  ['postgres', 'stderr', 'LOG:  checkpoint complete: wrote 212 buffers (1.3%)'],
  ['shop', 'stderr', '\u001b[33mWARN\u001b[0m  mail queue is slow: 14 s for the last message'],
  ['web', 'stdout', '10.0.4.17 - - "POST /cart HTTP/2.0" 201 91']
] as const

const JOB = {
  ...{ status: 'succeeded', lines: [], output: '', by: 'operator admin' },
  ...{ started_at: '2026-11-23T00:00:00Z', finished_at: '2026-11-23T00:00:02Z' }
}
const accepted = (deployment: string, action = '', outcome: string) => ({
  ...{ job_id: `${action}-${outcome}`, deployment, action, status: 'running' }
})

/** One deployment: looked at, started and stopped, its log followed; here or through a peer. */
export function deploymentRoutes(app: FastifyInstance, world: World): void {
  app.get('/api/deployments', async () => {
    const deployments = world.servers.find(({ name }) => name === world.self)?.deployments ?? []
    return { deployments, path: '/srv/deployments', engine: world.engine ?? { state: 'connected' } }
  })
  for (const prefix of ['/api', '/api/cluster/peers/:server/proxy']) {
    const find = ({ server = world.self, name }: Params) =>
      world.servers.find((one) => one.name === server)?.deployments.find((one) => one.name === name)
    const missing = (reply: FastifyReply) =>
      reply.code(404).send({ error: 'deployment not found', code: 'deployment_unknown' })

    app.get<{ Params: Params; Querystring: { range?: ContainerRange } }>(
      `${prefix}/deployments/:name/stats/history`,
      async ({ params, query: { range = 'hour' } }, reply) => {
        const found = find(params)
        return found ? containersPast(world, found, range) : missing(reply)
      }
    )
    app.get<{ Params: Params }>(`${prefix}/deployments/:name/compose`, async ({ params }, reply) => {
      const found = find(params)
      if (!found) return missing(reply)
      const services = found.services.map(
        ({ name, image }) => `  ${name}:\n    image: ${image}\n    restart: unless-stopped\n`
      )
      return { name: found.name, content: `services:\n${services.join('')}`, filename: 'compose.yml' }
    })
    app.get<{ Params: Params }>(`${prefix}/deployments/:name/logs`, async ({ params }, reply) => {
      if (!find(params)) return missing(reply)
      reply.hijack()
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
      for (let index = 0; index < 60; index++) {
        const [service, stream, line] = LINES[index % LINES.length] ?? LINES[0]
        const at = new Date(world.now - (60 - index) * 1700).toISOString()
        reply.raw.write(`event: line\ndata: ${JSON.stringify({ service, container: service, stream, at, line })}\n\n`)
      }
      return reply
    })
    app.get<{ Params: Params & { job: string } }>(`${prefix}/deployments/:name/jobs/:job`, async ({ params }) => {
      const [action = '', outcome] = params.job.split('-')
      const failed = outcome === 'fails' && { error: 'no such image: registry:4', code: 'image_missing' }
      return { ...JOB, id: params.job, deployment: params.name, action, ...(failed && { status: 'failed', ...failed }) }
    })
    app.post<{ Params: Params; Querystring: { wait?: string } }>(
      `${prefix}/deployments/:name/:action`,
      async ({ params, query }, reply) => {
        const found = find(params)
        if (!found) return missing(reply)
        // One that fails, so that it can be seen how that is told.
        if (query.wait === 'false' && found.name === 'registry')
          return reply.code(202).send(accepted(found.name, params.action, 'fails'))
        const up = params.action !== 'stop'
        found.status = up ? 'running' : 'stopped'
        for (const service of found.services) service.status = up ? 'running' : 'exited'
        if (query.wait === 'false') return reply.code(202).send(accepted(found.name, params.action, 'works'))
        return { message: `Deployment ${params.action}ed`, name: found.name, output: '' }
      }
    )
  }
}
