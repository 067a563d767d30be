import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { test } from 'node:test'
import { authorized, OPERATOR_KEY, request } from '../../daemon.ts'
import { frontWorld } from './world.ts'

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
