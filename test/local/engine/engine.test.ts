import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { createEngine } from '../../../src/local/engine/client.ts'
import { negotiate } from '../../../src/local/engine/version.ts'
import { json, startFakeEngine } from '../fake-engine.ts'
import { folder } from '../folder.ts'

function connect(t: TestContext, socket: string, timeoutMs = 2_000) {
  const engine = createEngine({ socket, timeoutMs })
  t.after(() => engine.close())
  return engine
}

test('the version is agreed on once and named in each call', async (t) => {
  const fake = await startFakeEngine(t)
  const engine = connect(t, fake.socket)

  await Promise.all([engine.json('/containers/json?all=1'), engine.json('/containers/json?all=1')])
  assert.deepEqual(fake.asked, ['GET /version', 'GET /v1.43/containers/json?all=1', 'GET /v1.43/containers/json?all=1'])
})

test('an engine that was updated is asked for its version again', async (t) => {
  let least = '1.24'
  const fake = await startFakeEngine(t, {
    'GET /version': (_, response) =>
      json(response, { ApiVersion: least === '1.24' ? '1.40' : '1.50', MinAPIVersion: least }),
    'GET /containers/json': (request, response) =>
      request.url?.startsWith('/v1.40') && least !== '1.24'
        ? json(response, { message: 'client version 1.40 is too old. Minimum supported API version is 1.44' }, 400)
        : json(response, [])
  })
  const engine = connect(t, fake.socket)
  await engine.json('/containers/json')
  least = '1.44'

  assert.deepEqual(await engine.json('/containers/json'), [])
  assert.deepEqual(fake.asked.slice(-2), ['GET /version', 'GET /v1.50/containers/json'])
})

test('the older of both versions is spoken, and none outside of what both know', () => {
  assert.equal(negotiate({ ApiVersion: '1.41', MinAPIVersion: '1.24' }), '1.41')
  assert.equal(negotiate({ ApiVersion: '1.99', MinAPIVersion: '1.44' }), '1.52')
  assert.equal(negotiate({ ApiVersion: '1.52' }), '1.52')
  assert.throws(() => negotiate({ ApiVersion: '1.99', MinAPIVersion: '1.60' }), { state: 'incompatible' })
  assert.throws(() => negotiate({ ApiVersion: '1.12' }), { state: 'incompatible' })
  assert.throws(() => negotiate({ ApiVersion: 'x' }), { state: 'incompatible', message: /no container engine/ })
  assert.throws(() => negotiate('<html>'), { state: 'incompatible' })
})

test('without an engine the state says why, with what to do', async (t) => {
  const dir = await folder(t, { 'plain.sock': 'a file' })
  const dead = path.join(dir, 'dead.sock')
  // A process that was killed leaves its socket behind.
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(path.join(dir, 'live.sock'), resolve))
  await import('node:fs/promises').then(({ rename }) => rename(path.join(dir, 'live.sock'), dead))
  await new Promise((resolve) => server.close(resolve))

  const asked = (socket: string) => connect(t, socket).json('/containers/json')
  await assert.rejects(asked(''), { state: 'off', message: /docker_socket is empty/ })
  await assert.rejects(asked(`unix://${dir}/none.sock`), {
    state: 'absent',
    message: /install one, or set docker_socket/
  })
  await assert.rejects(asked(dead), { state: 'refused', message: /start the container engine/ })
  await assert.rejects(asked(path.join(dir, 'plain.sock')), { state: 'refused' })
})

test('a call has a deadline, also for an answer that never ends', async (t) => {
  const fake = await startFakeEngine(t, {
    'GET /containers/json': () => {},
    'GET /info': (_, response) => response.writeHead(200).write('{"a":')
  })
  const engine = connect(t, fake.socket, 50)
  // The first call takes the way of a healthy engine.
  await assert.rejects(engine.json('/containers/json'), { state: 'timeout' })
  await assert.rejects(engine.json('/info'), { state: 'timeout' })
  await assert.rejects(
    (async () => {
      fake.routes['GET /events'] = () => {}
      await engine.stream('/events', new AbortController().signal)
    })(),
    { state: 'timeout' }
  )
})

test('an answer with a failure, half an answer and no JSON are told apart', async (t) => {
  const fake = await startFakeEngine(t, {
    'GET /a': (_, response) => json(response, { message: 'disk  is\nfull' }, 500),
    'GET /b': (_, response) => response.writeHead(200, { 'content-length': 100 }).write('[', () => response.destroy()),
    'GET /c': (_, response) => response.end('<html>'),
    'GET /d': (_, response) => json(response, { message: 'nope' }, 403),
    'GET /e': (_, response) => response.end(`[${' '.repeat(17 * 1024 * 1024)}]`)
  })
  const engine = connect(t, fake.socket, 60_000)

  await assert.rejects(engine.json('/a'), {
    state: 'failed',
    status: 500,
    message: 'The container engine answered: disk is full'
  })
  await assert.rejects(engine.json('/b'), { state: 'failed', message: /broke the connection off/ })
  await assert.rejects(engine.json('/c'), { state: 'failed', message: /no JSON/ })
  await assert.rejects(engine.json('/d'), { state: 'denied', message: /refuses: nope/ })
  await assert.rejects(engine.json('/e'), { state: 'failed', message: /too large/ })
})

test("a caller's abort is its own", async (t) => {
  const fake = await startFakeEngine(t, { 'GET /containers/json': () => {} })
  const controller = new AbortController()
  const asked = connect(t, fake.socket).json('/containers/json', { signal: controller.signal })
  controller.abort(new Error('gone'))

  await assert.rejects(asked, { message: 'gone' })
})
