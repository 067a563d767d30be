import { chmod } from 'node:fs/promises'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { createLocalNode } from '../../../src/local/node.ts'
import type { Action, DeploymentAudit } from '../../../src/schemas/deployments/operation.ts'
import { container, type FakeContainer, json, startFakeEngine } from '../fake-engine.ts'
import { folder, write } from '../folder.ts'

export const COMPOSE = `services:
  web: { image: a, depends_on: { db: { condition: service_healthy } } }
  db: { image: b }
`

export interface World {
  containers?: FakeContainer[]
  routes?: Parameters<typeof startFakeEngine>[1]
  compose?: string
  timeoutMs?: number
}

export async function world(
  t: TestContext,
  { containers = [], routes = {}, compose = COMPOSE, timeoutMs = 2_000 }: World
) {
  const root = await folder(t, { 'web/compose.yml': compose })
  const state = { containers }
  const fake = await startFakeEngine(t, {
    'GET /containers/json': (_, response) =>
      json(
        response,
        state.containers.map((item) => container({ dir: path.join(root, 'web'), id: item.service, ...item }))
      ),
    ...routes
  })
  const audits: DeploymentAudit[] = []
  const node = createLocalNode({
    deploymentsPath: root,
    dockerSocket: fake.socket,
    engineTimeoutMs: timeoutMs,
    audit: (entry) => audits.push(entry)
  })
  t.after(node.close)
  const act = async (action: Action, deployment = 'web') => (await node.begin({ action, deployment, by: 'me' })).result
  const changes = () => fake.asked.filter((line) => line.startsWith('POST')).map((line) => line.replace('/v1.43', ''))
  return { root, fake, node, act, audits, changes, state }
}

export const done: NonNullable<World['routes']>[string] = (_, response) => response.writeHead(204).end()
export const BOTH = [{ service: 'web' }, { service: 'db' }]
export const ALL_DONE = {
  'GET /containers/web/json': (_: unknown, response: Parameters<typeof json>[0]) => json(response, { Config: {} }),
  'GET /containers/db/json': (_: unknown, response: Parameters<typeof json>[0]) =>
    json(response, { Config: { StopTimeout: 90 } }),
  'POST /containers/web/stop': done,
  'POST /containers/db/stop': done,
  'POST /containers/web/start': done,
  'POST /containers/db/start': done
}

/** A `docker` or `docker-compose` that notes how it was called. */
export async function fakeProgram(root: string, name: string, script: string): Promise<void> {
  await write(root, { [`bin/${name}`]: `#!/bin/sh\n${script}\n` })
  await chmod(path.join(root, 'bin', name), 0o755)
}

export async function withPath<T>(value: string, work: () => Promise<T>): Promise<T> {
  const before = process.env.PATH
  process.env.PATH = value
  try {
    return await work()
  } finally {
    process.env.PATH = before
  }
}
