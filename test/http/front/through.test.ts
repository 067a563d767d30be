import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { authorized, OPERATOR_KEY, READER_KEY, request, until } from '../../daemon.ts'
import { frontWorld } from './world.ts'

const MB = 1 << 20
// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
const json = async (answer: Response): Promise<any> => answer.json()

test('an upload of 50 MB goes through as it comes, and is not kept here', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  const chunk = Buffer.alloc(MB, 'x')
  const before = process.memoryUsage().rss
  const answer = await fetch(`${node.url}/api/deployments/shop/files/big.iso?overwrite=1&a=%20b`, {
    method: 'POST',
    headers: { ...authorized(flatrun.session('root')), 'content-type': 'application/octet-stream' },
    body: Readable.toWeb(Readable.from(Array.from({ length: 50 }, () => chunk))) as ReadableStream,
    duplex: 'half'
  } as RequestInit)
  const body = await json(answer)
  assert.deepEqual([answer.status, body.bytes, body.query], [200, 50 * MB, 'overwrite=1&a=%20b'])
  assert.ok(process.memoryUsage().rss - before < 200 * MB)
})

test('an answer that is made slowly is read while it is made, and ends when its reader leaves', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  let out: http.ServerResponse | undefined
  flatrun.on('/api/deployments/shop/events', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    out = response
  })
  const leaving = new AbortController()
  const answer = await fetch(`${node.url}/api/deployments/shop/events`, {
    headers: authorized(flatrun.session('root')),
    signal: leaving.signal
  })
  const reader = answer.body?.getReader()
  for (const piece of ['data: 1\n\n', 'data: 2\n\n']) {
    out?.write(piece)
    assert.equal(Buffer.from((await reader?.read())?.value ?? []).toString(), piece)
  }
  const ended = once(out as http.ServerResponse, 'close')
  leaving.abort()
  await ended
  flatrun.on('/api/deployments/shop/events')
})

test('an answer that breaks off is no whole answer', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  flatrun.on('/api/backups/1/download', (_request, response) => {
    response.writeHead(200, { 'content-length': '1000' })
    response.write('half')
    setImmediate(() => response.destroy())
  })
  const answer = await fetch(`${node.url}/api/backups/1/download`, { headers: authorized(flatrun.session('root')) })
  await assert.rejects(answer.text())
})

test('while FlatRun is down its part is 502 with the cause, and the rest goes on', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  const session = flatrun.session('root')
  assert.equal((await request(`${node.url}/api/deployments/shop`, { headers: authorized(session) })).status, 200)
  await flatrun.stop()
  const down = await node.call('GET', '/api/deployments/shop')
  assert.deepEqual([down.status, down.body.code], [502, 'flatrun_down'])
  assert.match(down.body.error, /connection was refused/)
  assert.equal((await node.call('GET', '/api/cluster/peers')).status, 200)
  assert.equal((await node.call('POST', '/api/cluster/invite')).status, 200)
  assert.equal((await request(`${node.url}/api/health`)).status, 200)
  const { servers } = (await node.call('GET', '/api/cluster/deployments')).body
  assert.equal(servers.ours.online, false)
  const unknown = await request(`${node.url}/api/cluster/peers`, { headers: authorized(flatrun.session('root')) })
  assert.deepEqual([unknown.status, unknown.body.code], [502, 'flatrun_down'])

  await flatrun.start()
  assert.equal((await node.call('GET', '/api/deployments/shop')).status, 200)
})

test('FlatRun that is restarted in the middle of an upload ends that upload, and nothing else', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  const { hostname, port } = new URL(node.url)
  const upload = http.request({
    hostname,
    port,
    method: 'POST',
    path: '/api/deployments/shop/files/x',
    headers: { ...authorized(flatrun.session('root')), 'content-length': String(10 * MB) }
  })
  upload.write(Buffer.alloc(MB))
  await until(() => flatrun.requests.some(({ url, bytes }) => url.endsWith('/files/x') && bytes > 0), 'the upload')
  const outcome = new Promise<number | undefined>((resolve) => {
    upload.on('response', ({ statusCode }) => resolve(statusCode)).on('error', () => resolve(undefined))
  })
  await flatrun.stop()
  await flatrun.start()
  assert.ok([502, undefined].includes(await outcome))
  upload.destroy()
  assert.equal((await node.call('GET', '/api/deployments/shop')).status, 200)
})

test('deployments and figures of this server are what FlatRun says of it', async (t) => {
  const { node, peer } = await frontWorld(t)
  const list = (await node.call('GET', '/api/cluster/deployments')).body.servers.ours
  assert.deepEqual(
    list.data.map(({ name, status }: { name: string; status: string }) => [name, status]),
    [
      ['shop', 'running'],
      ['blog', 'stopped']
    ]
  )
  const stats = (await node.call('GET', '/api/cluster/stats')).body.servers.ours.data
  assert.deepEqual([stats.deployments.total_deployments, stats.system.cpu.cores], [2, 8])
  const limited = await peer('limited', [{ capability: 'deployments.read', deployments: ['blog'] }])
  const seen = await limited.call('ours', '/api/deployments')
  assert.deepEqual(
    (await json(seen)).deployments.map(({ name }: { name: string }) => name),
    ['blog']
  )
  const counted = await json(await limited.call('ours', '/api/stats'))
  assert.equal(counted.deployments.total_deployments, 1)
})

test('one document describes both agents', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  flatrun.on('/api/openapi.json', (_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        openapi: '3.1.0',
        paths: {
          '/api/backups': { get: { responses: { 200: { $ref: '#/components/schemas/Error' } } } },
          '/api/cluster/peers/{name}': { get: { summary: 'theirs' } }
        },
        components: { schemas: { Error: { title: 'theirs' }, Backup: {} } }
      })
    )
  )
  const { body } = await request(`${node.url}/api/openapi.json`)
  assert.equal(body.paths['/api/backups'].get.responses[200].$ref, '#/components/schemas/FlatRunError')
  assert.equal(body.components.schemas.FlatRunError.title, 'theirs')
  assert.notEqual(body.paths['/api/cluster/peers/{name}'].get.summary, 'theirs')
  assert.ok(body.components.schemas.Error.properties.error)
})

test('the versions are told apart, and health says how FlatRun is', async (t) => {
  const { node } = await frontWorld(t)
  const { body } = await node.call('GET', '/api/health')
  assert.deepEqual([body.version.version, body.flatrun], ['0.4.2', { reachable: true }])
  assert.equal((await request(`${node.url}/api/health`)).body.flatrun, undefined)
})

test('without a key of FlatRun’s, its users go through and nobody else does', async (t) => {
  const { node, flatrun, peer } = await frontWorld(t, { keyless: true })
  assert.equal(
    (await request(`${node.url}/api/deployments/shop`, { headers: authorized(flatrun.session('vera')) })).status,
    200
  )
  for (const key of [OPERATOR_KEY, READER_KEY, (await peer('usual')).peers.get('ours')?.key ?? '']) {
    const { status, body } = await request(`${node.url}/api/deployments/shop`, { headers: authorized(key) })
    assert.deepEqual([status, body.code], [503, 'flatrun_key_missing'])
  }
})

test('two clusters on one server are refused at the start, with what to do', async (t) => {
  const { flatrun } = await frontWorld(t)
  flatrun.set({ clusterOn: true })
  await assert.rejects(frontWorld(t, { flatrun }), /set cluster\.enabled: false in its config/)
})

/** What comes back for these bytes, until the connection ends or is silent. */

test('what runs deployments is FlatRun’s to say and to choose', async (t) => {
  const { node } = await frontWorld(t)
  const { body } = await node.call('GET', '/api/cluster/providers')
  assert.deepEqual(
    body.routing.map(({ id, active }: { id: string; active: boolean }) => [id, active]),
    [
      ['nginx', true],
      ['traefik', false]
    ]
  )
  const choose = (routing: string) =>
    node.call('PUT', '/api/cluster/providers', { orchestrator: 'standalone', routing })
  const chosen = await choose('nginx')
  assert.deepEqual([chosen.status, chosen.body], [200, { orchestrator: 'standalone', routing: 'nginx' }])
  const refused = await choose('traefik')
  assert.deepEqual([refused.status, refused.body.code], [422, 'provider_unavailable'])
  assert.match(refused.body.error, /Traefik adapter is not configured/)
})
