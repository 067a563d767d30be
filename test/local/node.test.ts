import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import path from 'node:path'
import { test } from 'node:test'
import { Value } from 'typebox/value'
import type { DeploymentChange } from '../../src/local/listing/status-changes.ts'
import { createLocalNode } from '../../src/local/node.ts'
import { DeploymentList } from '../../src/schemas/deployments/deployment.ts'
import { Stats } from '../../src/schemas/deployments/stats.ts'
import { container, json, startFakeEngine } from './fake-engine.ts'
import { folder, write } from './folder.ts'
import { COMPOSE, start } from './world.ts'

test('folders and containers become one list, as FlatRun has it', async (t) => {
  const root = await folder(t, { 'web/docker-compose.yml': COMPOSE, 'idle/compose.yml': COMPOSE })
  const fake = await startFakeEngine(t, {
    'GET /containers/json': (_, response) =>
      json(response, [
        container({ service: 'web', status: 'Up 2 hours (healthy)', dir: path.join(root, 'web'), id: 'a'.repeat(64) }),
        container({ service: 'db', dir: path.join(root, 'web'), id: 'b'.repeat(64) }),
        container({ service: 'web', dir: path.join(root, 'web'), labels: { 'com.docker.compose.oneoff': 'True' } }),
        container({ service: 'else', project: 'elsewhere', dir: '/opt/elsewhere' })
      ])
  })
  const { deployments } = await start(t, root, fake.socket)
  const list = await deployments()

  assert.ok(Value.Check(DeploymentList, list))
  assert.deepEqual(list.engine, { state: 'connected' })
  assert.equal(list.path, root)
  const [idle, web] = list.deployments
  assert.equal(idle?.status, 'stopped')
  assert.deepEqual(
    idle?.services.map(({ name, status, container_id }) => [name, status, container_id]),
    [
      ['web', 'absent', ''],
      ['db', 'absent', '']
    ]
  )
  assert.equal(web?.status, 'running')
  assert.deepEqual(web?.services, [
    {
      name: 'web',
      container_id: 'aaaaaaaaaaaa',
      image: 'nginx:1.27',
      status: 'running',
      health: 'healthy',
      ports: ['8080:80'],
      networks: ['web_default'],
      created_at: '2026-11-23T02:15:50.000Z'
    },
    {
      name: 'db',
      container_id: 'bbbbbbbbbbbb',
      image: 'nginx:1.27',
      status: 'running',
      ports: ['0.0.0.0:8080:80/tcp'],
      networks: ['web_default'],
      created_at: '2026-11-23T02:15:50.000Z',
      status_reason: 'the file names postgres:17'
    }
  ])
})

test('without an engine the list is there, unknown, with the cause', async (t) => {
  const root = await folder(t, { 'web/compose.yml': COMPOSE, 'broken/compose.yml': 'services: [' })
  const { deployments, stats } = await start(t, root, `unix://${root}/none.sock`)
  const list = await deployments()

  assert.equal(list.engine?.state, 'absent')
  const [broken, web] = list.deployments
  assert.equal(web?.status, 'unknown')
  assert.match(web?.status_reason ?? '', /^No container engine at unix:.*install one/)
  assert.equal(web?.services[0]?.status, 'unknown')
  assert.match(broken?.error ?? '', /^compose.yml is not valid YAML/)
  const figures = await stats()
  assert.ok(Value.Check(Stats, figures))
  assert.equal(figures.deployments.unknown, 2)
})

test('an engine that hangs costs its deadline, and the list still comes', async (t) => {
  const root = await folder(t, { 'web/compose.yml': COMPOSE })
  const fake = await startFakeEngine(t, { 'GET /version': () => {} })
  const { deployments } = await start(t, root, fake.socket, 30)
  const list = await deployments()

  assert.equal(list.engine?.state, 'timeout')
  assert.equal(list.deployments[0]?.status, 'unknown')
  assert.match(list.deployments[0]?.status_reason ?? '', /did not answer in time/)
})

test('the figures are those of the list and of all containers', async (t) => {
  const root = await folder(t, {
    'web/compose.yml': COMPOSE,
    'idle/compose.yml': COMPOSE,
    'half/compose.yml': COMPOSE,
    'bad/compose.yml': ''
  })
  const fake = await startFakeEngine(t, {
    'GET /containers/json': (_, response) =>
      json(response, [
        container({ service: 'web', dir: path.join(root, 'web') }),
        container({ service: 'db', dir: path.join(root, 'web') }),
        container({ service: 'web', project: 'half' }),
        container({ service: 'x', project: 'else', state: 'exited', status: 'Exited (0) 1 hour ago' })
      ])
  })
  const { stats } = await start(t, root, fake.socket)
  const figures = await stats()

  assert.ok(Value.Check(Stats, figures))
  const { last_updated: _, ...deployments } = figures.deployments
  assert.deepEqual(deployments, { total_deployments: 4, running: 1, stopped: 1, error: 2, unknown: 0 })
  assert.deepEqual(figures.containers, { total: 4, running: 3, stopped: 1 })
})

test('an event of the engine makes the list new and the change known', async (t) => {
  const root = await folder(t, { 'web/compose.yml': COMPOSE })
  let state = 'running'
  let events: ServerResponse | undefined
  const fake = await startFakeEngine(t, {
    'GET /containers/json': (_, response) =>
      json(response, [
        container({
          service: 'web',
          dir: path.join(root, 'web'),
          state,
          status: state === 'running' ? 'Up' : 'Exited (1) now'
        }),
        container({ service: 'db', dir: path.join(root, 'web') })
      ]),
    'GET /events': (_, response) => {
      events = response
      response.writeHead(200).flushHeaders()
    }
  })
  const told = Promise.withResolvers<DeploymentChange>()
  const node = createLocalNode({ deploymentsPath: root, dockerSocket: fake.socket, onDeploymentChange: told.resolve })
  t.after(() => node.close())
  assert.equal((await node.deployments()).deployments[0]?.status, 'running')
  while (!events) await once(fake.server, 'request')

  state = 'exited'
  events.write('{"Type":"container","Action":"exec_start: sh"}\n{"Type":"container","Action":"die"}\n{"Type":')
  assert.deepEqual(await told.promise, {
    name: 'web',
    from: 'running',
    to: 'partial',
    reason: 'web exited with code 1'
  })
  assert.equal((await node.deployments()).deployments[0]?.status, 'partial')
})

test('a deployment that appears or goes on disk is in the list the next time', async (t) => {
  const root = await folder(t, { 'web/compose.yml': COMPOSE })
  const told: DeploymentChange[] = []
  let heard = () => {}
  const node = createLocalNode({
    deploymentsPath: root,
    dockerSocket: '',
    onDeploymentChange: (change) => {
      told.push(change)
      heard()
    }
  })
  t.after(() => node.close())
  const next = () => new Promise<void>((resolve) => (heard = resolve))
  await node.deployments()

  const appeared = next()
  await write(root, { 'new/compose.yml': COMPOSE })
  await appeared
  const gone = next()
  await rm(path.join(root, 'web'), { recursive: true })
  await gone
  assert.deepEqual(
    told.map(({ name, from, to }) => [name, from, to]),
    [
      ['new', undefined, 'unknown'],
      ['web', 'unknown', undefined]
    ]
  )
  assert.deepEqual(
    (await node.deployments()).deployments.map(({ name }) => name),
    ['new']
  )
})

test('a file below the folder that compose would read is watched', async (t) => {
  const root = await folder(t, { 'web/compose.yml': 'include: [sub/a.yml]\n', 'web/sub/a.yml': COMPOSE })
  const told = Promise.withResolvers<DeploymentChange>()
  const fake = await startFakeEngine(t, {
    'GET /containers/json': (_, response) =>
      json(response, [container({ service: 'web', dir: path.join(root, 'web') })])
  })
  const node = createLocalNode({ deploymentsPath: root, dockerSocket: fake.socket, onDeploymentChange: told.resolve })
  t.after(() => node.close())
  assert.equal((await node.deployments()).deployments[0]?.status, 'partial')

  await write(root, { 'web/sub/a.yml': 'services: { web: { image: nginx:1.27 } }\n' })
  assert.deepEqual(await told.promise, { name: 'web', from: 'partial', to: 'running' })
})

/** A deployment `web` of one file and these containers of it. */
