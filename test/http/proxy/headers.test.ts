import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, proxyWorld } from './world.ts'

test("of a caller's headers a peer gets these and no others", async (t) => {
  const { url, peer } = await proxyWorld(t)
  const secret = 'canary'
  await call(`${url}/health`, {
    headers: {
      accept: 'text/plain',
      'accept-language': 'de',
      'if-none-match': '"v1"',
      'last-event-id': '41',
      'x-request-id': 'request-1',
      'x-flatrun-deployment': 'shop',
      authorization: `Bearer ${secret}`,
      cookie: secret,
      'proxy-authorization': secret,
      'x-api-key': secret,
      'x-forwarded-for': secret,
      'x-forwarded-host': secret,
      'x-real-ip': secret,
      forwarded: secret,
      origin: secret,
      referer: secret,
      'user-agent': secret,
      te: 'trailers',
      'keep-alive': 'timeout=5',
      'x-anything': secret
    }
  })
  const { host, connection, ...rest } = peer.requests[0]?.headers ?? {}
  assert.deepEqual([`http://${host}`, connection], [peer.url, 'keep-alive'])
  assert.deepEqual(rest, {
    accept: 'text/plain',
    'accept-language': 'de',
    'if-none-match': '"v1"',
    'last-event-id': '41',
    'x-flatrun-deployment': 'shop',
    // The id that this server gave the request: one request has one id in all logs.
    'x-request-id': 'req-1',
    authorization: 'Bearer key-of-a',
    'x-cluster-hop': '1'
  })
})

test('a caller cannot strip our key by naming it a header of the connection', async (t) => {
  const { url, peer } = await proxyWorld(t)
  await call(`${url}/health`, { headers: { connection: 'authorization, x-cluster-hop' } })
  assert.equal(peer.requests[0]?.headers.authorization, 'Bearer key-of-a')
  assert.equal(peer.requests[0]?.headers['x-cluster-hop'], '1')
})

test("of a peer's headers a caller gets these and no others", async (t) => {
  const { url, peer } = await proxyWorld(t)
  peer.on('/api/things', (_request, response) => {
    response.writeHead(200, {
      'content-type': 'application/json',
      etag: '"v1"',
      'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
      vary: 'accept, accept-language',
      'x-total-count': '7',
      'set-cookie': ['a=1', 'b=2'],
      'clear-site-data': '"*"',
      'strict-transport-security': 'max-age=1',
      'content-security-policy': 'script-src *',
      'access-control-allow-origin': '*',
      'service-worker-allowed': '/',
      'www-authenticate': 'Basic',
      refresh: '0; url=https://evil.example/',
      link: '</evil.js>; rel=preload',
      server: 'secret',
      'x-anything': 'x'
    })
    response.end('{}')
  })
  const { headers } = await call(`${url}/things`)
  const { date, connection, 'transfer-encoding': chunked, ...rest } = headers
  assert.deepEqual(rest, {
    'content-type': 'application/json',
    etag: '"v1"',
    'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
    vary: 'accept, accept-language',
    'x-total-count': '7',
    'cache-control': 'no-store',
    'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff'
  })
})

const TYPES: [string | undefined, string | undefined, string | undefined][] = [
  ['application/json; charset=utf-8', undefined, undefined],
  ['TEXT/PLAIN', undefined, undefined],
  ['text/event-stream', undefined, undefined],
  ['text/html', undefined, 'attachment'],
  ['text/html', 'inline', 'attachment'],
  ['text/html', 'attachment; filename="page.html"', 'attachment; filename="page.html"'],
  ['text/html', 'attachmentx', 'attachment'],
  ['image/svg+xml', undefined, 'attachment'],
  ['application/xhtml+xml', undefined, 'attachment'],
  ['text/javascript', undefined, 'attachment'],
  ['application/pdf', undefined, 'attachment'],
  [' text/html;application/json', undefined, 'attachment'],
  [undefined, undefined, undefined]
]
for (const [type, disposition, expected] of TYPES) {
  test(`a body of type ${type} with disposition ${disposition} is given with ${expected}`, async (t) => {
    const { url, peer } = await proxyWorld(t)
    peer.on('/api/page', (_request, response) => {
      if (type) response.setHeader('content-type', type)
      if (disposition) response.setHeader('content-disposition', disposition)
      response.end('<script>1</script>')
    })
    const { headers } = await call(`${url}/page`)
    assert.equal(headers['content-disposition'], expected)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['content-type'], type?.trim() ?? 'application/octet-stream')
  })
}
