import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { WebSocket } from 'ws'
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

test('a WebSocket says by its first message who opens it', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  const places = [
    '/api/containers/c1/exec',
    '/api/system/terminal',
    '/api/system/terminal/interactive',
    '/api/deployments/shop/jobs/1/stream',
    '/api/deployments/shop/logs/stream?tail=5'
  ]
  for (const place of places) {
    const socket = new WebSocket(node.url.replace('http', 'ws') + place, { origin: node.url })
    await once(socket, 'open')
    const heard: string[] = []
    socket.on('message', (data) => heard.push(String(data)))
    socket.send(JSON.stringify({ type: 'auth', token: flatrun.session('root') }))
    await until(() => heard.length === 1, 'being let in')
    socket.send('ls')
    await until(() => heard.length === 2, 'an answer')
    assert.deepEqual(heard, ['{"type":"auth_success"}', 'root: ls'])
    const seen = flatrun.requests.find(({ url }) => url === place)
    assert.equal(seen?.headers.host, new URL(node.url).host, 'FlatRun compares it with the origin')
    socket.close()
    await once(socket, 'close')
  }
})

test('a WebSocket is opened with no key of ours, and one that FlatRun refuses is refused', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  const to = node.url.replace('http', 'ws')
  const socket = new WebSocket(`${to}/api/system/terminal`, { headers: authorized(OPERATOR_KEY) })
  await once(socket, 'open')
  const said = once(socket, 'message')
  socket.send(JSON.stringify({ type: 'auth', token: OPERATOR_KEY }))
  assert.match(String((await said)[0]), /Invalid or expired token/)
  assert.equal(flatrun.requests.find(({ who }) => who === 'socket')?.headers.authorization, undefined)
  const refused = new WebSocket(`${to}/api/nowhere`)
  refused.on('error', () => {})
  const [, answer] = await once(refused, 'unexpected-response')
  assert.equal(answer.statusCode, 404)
})

test('a download that is asked for as a WebSocket is cut off, and not collected', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  let sent = 0
  let ended = false
  flatrun.on('/api/backups/1/download', (_request, response) => {
    const chunk = Buffer.alloc(65_536)
    const more = () => {
      if (ended) return
      sent += chunk.length
      response.write(chunk, more)
    }
    response.on('error', () => {}).on('close', () => (ended = true))
    response.socket?.on('close', () => (ended = true)).on('error', () => {})
    response.writeHead(200, { 'content-type': 'application/octet-stream' })
    more()
  })
  const asked = new WebSocket(`${node.url.replace('http', 'ws')}/api/backups/1/download`, {
    headers: authorized(flatrun.session('root'))
  })
  asked.on('error', () => {})
  const [, answer] = await once(asked, 'unexpected-response')
  assert.equal(answer.statusCode, 502)
  await until(() => ended, 'FlatRun is no longer listened to')
  assert.ok(sent < 64 << 20, `${sent} bytes`)
})

test('FlatRun hears who asks, and nothing that a caller says of that', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  await request(`${node.url}/api/deployments/shop`, {
    headers: {
      ...authorized(flatrun.session('root')),
      'x-forwarded-for': '203.0.113.9',
      'x-real-ip': '203.0.113.9',
      forwarded: 'for=203.0.113.9',
      'x-own': 'kept',
      'x-request-id': 'caller-0123456789'
    }
  })
  const headers: http.IncomingHttpHeaders =
    flatrun.requests.find(({ url }) => url === '/api/deployments/shop')?.headers ?? {}
  assert.deepEqual(
    [headers['x-forwarded-for'], headers['x-real-ip'], headers.forwarded, headers['x-own'], headers['x-request-id']],
    ['127.0.0.1', undefined, undefined, 'kept', 'caller-0123456789']
  )
})

test('OPTIONS needs no key', async (t) => {
  const { node } = await frontWorld(t)
  const answer = await fetch(`${node.url}/api/deployments`, { method: 'OPTIONS' })
  assert.deepEqual([answer.status, answer.headers.get('x-flatrun')], [204, 'options'])
})

test('what FlatRun’s web server reports passes from this machine, and not through a proxy', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  for (const place of ['/api/security/events/ingest', '/api/traffic/ingest']) {
    const post = (headers: Record<string, string>) =>
      request(node.url + place, { method: 'POST', body: { source_ip: '203.0.113.1' }, headers })
    assert.equal((await post({})).body.status, 'taken')
    const refused = await post({ 'x-forwarded-for': '203.0.113.9' })
    assert.deepEqual([refused.status, refused.body.code], [403, 'not_from_here'])
  }
  assert.equal(flatrun.requests.filter(({ url }) => url.endsWith('/ingest')).length, 2)
})

test('no spelling of a path reaches what this agent keeps to itself', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  const token = flatrun.session('root')
  const { hostname, port } = new URL(node.url)
  const paths = [
    '/api/cluster/..%2fsettings',
    '/api/cluster%2fsetup',
    '/api/%63luster/setup',
    '/api/%2563luster/setup',
    '/api//cluster/setup',
    '/api/x/../cluster/setup',
    '/api/x/%2e%2e/cluster/setup',
    '/api/x/..%2fcluster/setup',
    '/api/x/..\\cluster/setup',
    '/api/./cluster/setup',
    '/api/CLUSTER/setup',
    '/api/cluster/setup/',
    '/api/cluster/setup;a=b',
    '//api/cluster/setup',
    '/api/%00',
    'http://elsewhere.invalid/api/cluster/setup',
    '/api/audit/',
    '/api/%61udit',
    '/api/health/'
  ]
  const before = flatrun.requests.length
  const found: string[] = []
  for (const path of paths) {
    const answer = await raw(
      { hostname, port },
      `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`
    )
    found.push(`${path} ${answer.split(' ')[1]}`)
  }
  const reached = flatrun.requests
    .slice(before)
    .filter(({ method, url }) => method === 'POST' && !url.endsWith('/exchange'))
  assert.deepEqual(
    reached.map(({ url }) => url),
    [],
    found.join('\n')
  )
})

test('a second request cannot be hidden in the first', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  const { hostname, port } = new URL(node.url)
  const hidden = 'GET /api/credentials HTTP/1.1\r\nHost: x\r\n\r\n'
  const head = `POST /api/deployments/shop/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${flatrun.session('root')}\r\n`
  const attempts = [
    `${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`,
    `${head}Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
    `${head}Connection: content-length\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
    `${head}Connection: authorization\r\nContent-Length: 0\r\n\r\n`
  ]
  for (const attempt of attempts) await raw({ hostname, port }, attempt)
  assert.equal((await node.call('GET', '/api/deployments/shop')).status, 200)
  assert.ok(!flatrun.requests.some(({ url, who }) => url === '/api/credentials' && who !== 'nobody'))
  for (const { url, bytes, headers } of flatrun.requests.filter(({ method }) => method === 'POST'))
    assert.ok(
      bytes === 0 ||
        url.includes('exchange') ||
        headers['content-length'] !== undefined ||
        headers['transfer-encoding'],
      url
    )
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
function raw({ hostname, port }: { hostname: string; port: string }, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let heard = ''
    const socket = net.connect(Number(port), hostname, () => socket.write(bytes))
    socket.on('data', (data) => {
      heard += data
      socket.end()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(heard))
    socket.setTimeout(5_000, () => socket.destroy())
  })
}

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

test('a wish for another protocol than a WebSocket is passed over, here and to a peer', async (t) => {
  const { node, flatrun, peer } = await frontWorld(t)
  await peer('theirs')
  const { hostname, port } = new URL(node.url)
  for (const path of ['/api/deployments/shop', '/api/cluster/peers', '/api/cluster/peers/theirs/proxy/health']) {
    const headers = { ...authorized(OPERATOR_KEY), connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' }
    const asked = http.get({ hostname, port, path, headers: { ...headers, 'http2-settings': 'AAMAAABk' } })
    const [answer] = await once(asked, 'response')
    assert.equal(answer.resume().statusCode, 200, path)
  }
  const seen = flatrun.requests.find(({ url }) => url === '/api/deployments/shop')
  assert.ok(seen && !('upgrade' in seen.headers) && !('http2-settings' in seen.headers))
})
