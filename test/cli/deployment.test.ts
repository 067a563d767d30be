import assert from 'node:assert/strict'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { join, sees, startNode } from '../daemon.ts'
import { container, frame, json, startFakeEngine } from '../local/fake-engine.ts'
import { folder } from '../local/folder.ts'
import { createCli } from './world.ts'

const ESC = '\u001b'

async function node(t: TestContext, name: string, { refuse = false } = {}) {
  const root = await folder(t, { 'shop/compose.yml': 'services: { web: { image: nginx:1.27 } }\n' })
  const told: string[] = []
  const fake = await startFakeEngine(t, {
    'GET /containers/json': (_, response) =>
      json(response, [container({ service: 'web', id: 'web', project: 'shop', dir: path.join(root, 'shop') })]),
    'GET /containers/web/json': (_, response) => json(response, { Config: {} }),
    'GET /containers/web/logs': (_, response) =>
      response.end(
        frame(1, `2026-11-23T08:15:30Z ${ESC}[31mred${ESC}[0m\tone${ESC}]0;title\u0007\n2026-11-23T08:15:31Z two\n`)
      ),
    'POST /containers/web/stop': (_, response) => {
      told.push('stop')
      response.writeHead(204).end()
    },
    'POST /containers/web/start': (_, response) => {
      told.push('start')
      if (refuse) json(response, { message: 'port is already allocated' }, 500)
      else response.writeHead(204).end()
    }
  })
  const started = await startNode(t, {
    name,
    config: { deployments_path: root, docker_socket: fake.socket },
    engineTimeoutMs: 60_000
  })
  return { ...started, told, fake }
}

async function two(t: TestContext, options = {}) {
  const a = await node(t, 'web-1')
  const b = await node(t, 'web-2', options)
  await join(b, a)
  await sees(a, 'web-2', 'online')
  return { a, b, cli: createCli(t, { node: a }) }
}

test('a deployment is listed, shown, restarted and stopped, with its steps', async (t) => {
  const a = await node(t, 'web-1')
  const cli = createCli(t, { node: a })
  assert.match((await cli('deployment list')).out, /^NAME +STATUS[^\n]*\nshop +running/)
  assert.match((await cli('deployment info shop')).out, /^shop {2}running {2}.*\nSERVICE +STATUS.*\nweb +running/)
  assert.deepEqual(await cli('deployment restart shop'), {
    code: 0,
    out: 'shop is running',
    err: 'shop-web-1 stopped\nshop-web-1 started'
  })
  assert.deepEqual(a.told, ['stop', 'start'])
  const { code, err } = await cli('deployment stop nobody')
  assert.deepEqual([code, err.split('(')[0]], [5, 'Error: deployment "nobody" not found '])
})

test('what each container uses is a line, here and on a peer', async (t) => {
  const { a, cli } = await two(t)
  const engine = {
    'GET /containers/web/json': {
      State: { StartedAt: new Date(Date.now() - 7_200_000).toISOString() },
      RestartCount: 2
    },
    'GET /containers/web/stats': { memory_stats: { usage: 5_242_880, limit: 8_388_608 } }
  }
  for (const [route, answer] of Object.entries(engine)) {
    const reply: (typeof a.fake.routes)[string] = (_, response) => json(response, answer)
    a.fake.routes[route] = reply
  }
  const { out, code } = await cli('deployment stats shop --range day')
  assert.equal(code, 0)
  assert.match(out, /^CONTAINER +STATE +UP +RESTARTS[^\n]*\nshop-web-1 +running +2h +2 +100 % .* 5\.0 MiB/)
  assert.match(out, /of the last day/)
  assert.match((await cli('deployment stats shop --on web-2')).out, /shop-web-1 +running/)
  assert.equal((await cli('deployment stats shop --range year')).code, 2)
})

test('what is not as the files have it is told for the deployment and for each service', async (t) => {
  const root = await folder(t, {
    'shop/compose.yml': 'services: { web: { image: "nginx:1.28", deploy: { replicas: 3 } } }\n',
    'wiki/compose.yml': 'services: { web: { image: "nginx:1.28" } }\n'
  })
  const fake = await startFakeEngine(t, {
    'GET /containers/json': (_, response) =>
      json(response, [
        container({ service: 'web', project: 'shop', dir: path.join(root, 'shop') }),
        container({ service: 'old', project: 'shop', dir: path.join(root, 'shop') }),
        container({
          ...{ service: 'web', project: 'wiki', dir: path.join(root, 'wiki') },
          labels: { 'com.docker.compose.config-hash': 'of an earlier file' }
        })
      ])
  })
  const a = await startNode(t, {
    name: 'web-1',
    config: { deployments_path: root, docker_socket: fake.socket },
    engineTimeoutMs: 60_000
  })
  const cli = createCli(t, { node: a })
  const { out } = await cli('deployment info shop')
  assert.match(out, /\nweb has 1 of 3 containers\nwarning: Left over from services .*: shop-old-1\n/)
  assert.match(out, /\nweb +running 1 of 3 +- +nginx:1.27/)
  assert.match(out, /\nweb: the file names nginx:1.28\nold: the files no longer have it$/)
  const warning = /warning: The files changed since it was started/
  assert.match((await cli('deployment info wiki')).out, warning)
  assert.match((await cli('deployment list')).out, warning)
})

test('a log commands no terminal, and keeps its lines', async (t) => {
  const a = await node(t, 'web-1')
  const cli = createCli(t, { node: a })
  const expected = 'shop-web-1 | red\tone ]0;title \nshop-web-1 | two'
  assert.deepEqual(await cli('deployment logs shop'), { code: 0, out: expected, err: '' })
  assert.deepEqual(await cli('deployment logs shop --follow --service web'), { code: 0, out: expected, err: '' })
  assert.equal((await cli('deployment logs shop --service nobody')).code, 5)
})

test('with --on it is the deployment of a peer', async (t) => {
  const { a, b, cli } = await two(t)
  assert.equal((await cli('deployment restart shop --on web-2')).out, 'shop is running')
  assert.equal((await cli('deployment stop shop --server web-2')).code, 0)
  assert.match((await cli('deployment logs shop --on web-2')).out, /two$/)
  assert.deepEqual([a.told, b.told], [[], ['stop', 'start', 'stop']])
})

test('a failure is told with the reason of the engine', async (t) => {
  const a = await node(t, 'web-1', { refuse: true })
  const { code, err } = await createCli(t, { node: a })('deployment restart shop')
  assert.equal(code, 1)
  assert.match(
    err,
    /^shop-web-1 stopped\n.*shop-web-1 could not be started\. The container engine answered: port is already allocated/
  )
})

test('on several servers it is restarted one after the other, up to the first failure', async (t) => {
  const { a, b, cli } = await two(t)
  const well = await cli('deployment restart shop --on web-1,web-2 --settle 0')
  assert.equal(well.code, 0, well.err)
  assert.deepEqual(
    well.out.split('\n').map((line) => line.replace(/ {2}\d+s$/, '')),
    ['web-1  started', 'web-1  done', 'web-2  started', 'web-2  done']
  )
  assert.equal(well.err, '2 restarted, 0 failed, 0 skipped')
  assert.deepEqual(
    [a.told, b.told],
    [
      ['stop', 'start'],
      ['stop', 'start']
    ]
  )
})

test('after a failure the other servers are left alone', async (t) => {
  const { a, cli } = await two(t, { refuse: true })
  const { code, out, err } = await cli('deployment restart shop --on web-2,web-1 --settle 0')
  assert.equal(code, 1)
  assert.match(
    out,
    /^web-2 {2}started\nweb-2 {2}failed {2}\d+s {2}shop-web-1 could not be started.*\nweb-1 {2}skipped {2}it failed on web-2$/
  )
  assert.equal(err, '0 restarted, 1 failed, 1 skipped')
  assert.deepEqual(a.told, [])
})

test('Ctrl-C ends a log that is followed', async (t) => {
  const a = await node(t, 'web-1')
  a.fake.routes['GET /containers/web/logs'] = (_, response) => response.write(frame(1, '2026-11-23T08:15:30Z one\n'))
  const pressed = new AbortController()
  const { code, out } = await createCli(t, { node: a })('deployment logs shop --follow', {
    signal: pressed.signal,
    onLine: () => pressed.abort()
  })
  assert.deepEqual([code, out], [130, 'shop-web-1 | one'])
})

test('a server that goes away in the middle of a log is a failure, and not its end', async (t) => {
  const a = await node(t, 'web-1')
  a.fake.routes['GET /containers/web/logs'] = (_, response) => response.write(frame(1, '2026-11-23T08:15:30Z one\n'))
  const { code, err } = await createCli(t, { node: a })('deployment logs shop --follow', {
    onLine: () => a.daemon.app.server.closeAllConnections()
  })
  assert.deepEqual([code, err], [3, 'Error: The connection was lost in the middle of the log'])
})
