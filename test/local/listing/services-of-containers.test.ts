import assert from 'node:assert/strict'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { container, type FakeContainer, json, startFakeEngine } from '../fake-engine.ts'
import { folder } from '../folder.ts'
import { COMPOSE, start } from '../world.ts'

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
