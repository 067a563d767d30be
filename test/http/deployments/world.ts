import path from 'node:path'
import type { TestContext } from 'node:test'
import { join, sees, startNode } from '../../daemon.ts'
import { container, type FakeContainer, frame, json, startFakeEngine } from '../../local/fake-engine.ts'
import { folder } from '../../local/folder.ts'

export const COMPOSE = `services:
  web: { image: a, environment: { PASSWORD: "\${PASSWORD}" }, depends_on: [db] }
  db: { image: b }
`

/** A node whose engine does what it is told: containers remember whether they run. */
export async function node(t: TestContext, name: string, { stuck = false, refuse = false } = {}) {
  const root = await folder(t, {
    'shop/compose.yml': COMPOSE,
    'shop/.env': 'PASSWORD=hunter2\n',
    'other/compose.yml': COMPOSE
  })
  const state: Record<string, string> = { web: 'running', db: 'running' }
  const told: string[] = []
  const fake = await startFakeEngine(t, {
    'GET /containers/json': (_, response) =>
      json(
        response,
        Object.entries(state).map(([service, now]) => {
          const item: FakeContainer = {
            service,
            id: service,
            project: 'shop',
            dir: path.join(root, 'shop'),
            state: now
          }
          return container(now === 'running' ? item : { ...item, status: 'Exited (0) 1 second ago' })
        })
      )
  })
  for (const service of ['web', 'db']) {
    fake.routes[`GET /containers/${service}/json`] = (_, response) => json(response, { Config: {} })
    fake.routes[`GET /containers/${service}/logs`] = (_, response) =>
      response.end(frame(1, `2026-11-23T08:15:30Z hello from ${service}\n`))
    for (const [verb, next] of [
      ['stop', 'exited'],
      ['start', 'running']
    ] as const) {
      fake.routes[`POST /containers/${service}/${verb}`] = (_, response) => {
        told.push(`${service} ${verb}`)
        if (stuck) return
        if (refuse && verb === 'start') return json(response, { message: 'port is already allocated' }, 500)
        state[service] = next
        response.writeHead(204).end()
      }
    }
  }
  const config = { deployments_path: root, docker_socket: fake.socket }
  const started = await startNode(t, { name, config, engineTimeoutMs: 60_000 })
  return { ...started, root, told, fake, state }
}

export async function two(t: TestContext, options = {}) {
  const a = await node(t, 'a')
  const b = await node(t, 'b', options)
  await join(b, a)
  await sees(a, 'b', 'online')
  return { a, b }
}

export const through = (name: string) => `/api/cluster/peers/${name}/proxy`
