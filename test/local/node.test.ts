import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { Value } from 'typebox/value'
import type { DeploymentChange } from '../../src/local/listing/status-changes.ts'
import { createLocalNode } from '../../src/local/node.ts'
import { DeploymentList } from '../../src/schemas/deployments/deployment.ts'
import { Stats } from '../../src/schemas/deployments/stats.ts'
import { container, type FakeContainer, json, startFakeEngine } from './fake-engine.ts'
import { folder, write } from './folder.ts'

const COMPOSE = 'services:\n  web:\n    image: nginx:1.27\n    ports: ["8080:80"]\n  db:\n    image: postgres:17\n'

async function start(t: TestContext, deploymentsPath: string, dockerSocket: string, engineTimeoutMs = 2_000) {
  const changes: DeploymentChange[] = []
  const node = createLocalNode({
    deploymentsPath,
    dockerSocket,
    engineTimeoutMs,
    onDeploymentChange: (change) => changes.push(change)
  })
  t.after(() => node.close())
  return { ...node, changes }
}

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

test('two folders with one project name are told, and a container of neither is counted for none', async (t) => {
  const root = await folder(t, { 'a/compose.yml': `name: shop\n${COMPOSE}`, 'b/compose.yml': `name: shop\n${COMPOSE}` })
  const fake = await startFakeEngine(t, {
    'GET /containers/json': (_, response) =>
      json(response, [container({ service: 'web', project: 'shop', dir: '/gone' })])
  })
  const { deployments } = await start(t, root, fake.socket)
  const [a, b] = (await deployments()).deployments

  assert.deepEqual([a?.status, b?.status], ['stopped', 'stopped'])
  assert.deepEqual(a?.warnings, ['Has the project name "shop" in common with b: compose takes them for one'])
})

test('containers of an agent that sees other paths than its engine are known by their project', async (t) => {
  const root = await folder(t, { 'Shop/compose.yml': COMPOSE })
  const fake = await startFakeEngine(t, {
    'GET /containers/json': (_, response) =>
      json(response, [
        container({ service: 'web', project: 'shop', dir: '/host/srv/Shop' }),
        container({ service: 'db', project: 'shop', dir: '/host/srv/Shop' })
      ])
  })
  const { deployments } = await start(t, root, fake.socket)

  assert.equal((await deployments()).deployments[0]?.status, 'running')
})

test('containers that no file names are services too, and a scaled service shows the one that needs help', async (t) => {
  const root = await folder(t, { 'web/compose.yml': 'services:\n  web:\n    image: nginx\n' })
  const dir = path.join(root, 'web')
  const fake = await startFakeEngine(t, {
    'GET /containers/json': (_, response) =>
      json(response, [
        container({ service: 'web', dir, id: 'first' }),
        container({ service: 'web', dir, id: 'second', state: 'restarting', status: 'Restarting (1) 2 seconds ago' }),
        container({ service: 'extra', dir })
      ])
  })
  const { deployments } = await start(t, root, fake.socket)
  const [web] = (await deployments()).deployments

  assert.equal(web?.status, 'partial')
  assert.equal(web?.status_reason, 'web is restarting')
  assert.deepEqual(
    web?.services.map(({ name, container_id, replicas }) => [name, container_id, replicas]),
    [
      ['web', 'second', { running: 1, total: 2 }],
      ['extra', 'web-extra000', undefined]
    ]
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
async function listed(t: TestContext, compose: string, containers: FakeContainer[]) {
  const root = await folder(t, { 'web/compose.yml': compose })
  const dir = path.join(root, 'web')
  const fake = await startFakeEngine(t, {
    'GET /containers/json': (_, response) =>
      json(
        response,
        containers.map((item) => container({ dir, ...item }))
      )
  })
  const { deployments } = await start(t, root, fake.socket)
  const [web] = (await deployments()).deployments
  assert.ok(web)
  return web
}

test('a service of which one of three containers runs is a part of it', async (t) => {
  const web = await listed(t, 'services: { web: { image: nginx:1.27, deploy: { replicas: 3 } } }', [{ service: 'web' }])
  assert.deepEqual([web.status, web.status_reason], ['partial', 'web has 1 of 3 containers'])
  assert.deepEqual(web.services[0]?.replicas, { running: 1, total: 3 })
})

test('a container that is left over is named, and does not count', async (t) => {
  const web = await listed(t, 'services: { web: { image: nginx:1.27 } }', [
    { service: 'web' },
    { service: 'old', state: 'exited', status: 'Exited (1) 2 hours ago' }
  ])
  assert.equal(web.status, 'running')
  assert.ok(web.warnings?.includes('Left over from services that the files no longer have: web-old-1'))
})

test('files that were written after the containers were made are told', async (t) => {
  const labels = { 'com.docker.compose.config-hash': 'a'.repeat(64) }
  const web = await listed(t, 'services: { web: { image: nginx:1.27 } }', [{ service: 'web', labels }])
  assert.deepEqual(web.warnings, ['The files changed since it was started: it runs with what they said then'])
})

test('a service that cannot be judged and has no container leaves the whole unknown', async (t) => {
  const compose = 'services: { web: { image: nginx:1.27 }, db: { image: x, extends: { service: a, file: ../a.yml } } }'
  const web = await listed(t, compose, [{ service: 'web' }])
  const why = 'cannot be judged: it extends a service of ../a.yml, which is outside of its folder'
  assert.deepEqual([web.status, web.status_reason], ['unknown', `db ${why}`])
  assert.deepEqual(
    web.services.map(({ status, status_reason }) => [status, status_reason]),
    [
      ['running', undefined],
      ['unknown', why]
    ]
  )
})

test('a service of a provider has no container, and none is missed', async (t) => {
  const compose = 'services: { web: { image: nginx:1.27 }, db: { provider: { type: model } } }'
  const web = await listed(t, compose, [{ service: 'web' }])
  assert.deepEqual([web.status, web.services[1]?.status], ['running', 'external'])
})

test('a container that others link to has its own name', async (t) => {
  const root = await folder(t)
  const linked = { ...container({ service: 'db' }), Names: ['/web-web-1/database', '/web-db-1'] }
  const fake = await startFakeEngine(t, { 'GET /containers/json': (_, response) => json(response, [linked]) })
  const { containers } = await start(t, root, fake.socket)
  assert.equal((await containers())[0]?.name, 'web-db-1')
})

test('containers of another project in the same folder are not counted', async (t) => {
  const web = await listed(t, 'services: { web: { image: nginx:1.27 } }', [
    { service: 'web', state: 'exited', status: 'Exited (0) 1 hour ago' },
    { service: 'web', project: 'staging' }
  ])
  assert.equal(web.status, 'stopped')
  assert.ok(
    web.warnings?.includes('This folder runs as the project "staging" too: its containers are not counted here')
  )
})
