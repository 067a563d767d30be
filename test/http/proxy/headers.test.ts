import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { call, proxyWorld } from './world.ts'

/** About the answer that is wanted, or about the body. */
const ASKED: Record<string, string> = {
  accept: 'text/plain',
  'accept-charset': 'utf-8',
  'accept-encoding': 'gzip',
  'accept-language': 'de',
  'cache-control': 'no-cache',
  'content-digest': 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:',
  'idempotency-key': '8e03978e',
  'if-none-match': '"v1"',
  'last-event-id': '41',
  prefer: 'respond-async',
  range: 'bytes=2-4',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'tus-resumable': '1.0.0',
  'upload-offset': '0',
  'want-repr-digest': 'sha-256=10',
  'x-flatrun-deployment': 'web',
  'x-requested-with': 'XMLHttpRequest'
}

test("of a caller's headers a peer gets these and no others", async (t) => {
  const { url, peer } = await proxyWorld(t)
  const secret = 'canary'
  await call(`${url}/health`, {
    headers: {
      ...ASKED,
      'x-request-id': 'request-1',
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
      // The peer would take these from us, who may do more there than the caller may here.
      'x-http-method-override': 'DELETE',
      'x-http-method': 'DELETE',
      'x-method-override': 'DELETE',
      'x-original-url': secret,
      'x-rewrite-url': secret,
      'x-forwarded-user': secret,
      'x-forwarded-prefix': secret,
      'x-remote-user': secret,
      signature: secret,
      'signature-input': secret,
      'x-anything': secret
    }
  })
  const { host, connection, ...rest } = peer.requests[0]?.headers ?? {}
  assert.deepEqual([`http://${host}`, connection], [peer.url, 'keep-alive'])
  assert.deepEqual(rest, {
    ...ASKED,
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

/** Each is for the caller to read, and lets nobody do anything here. */
const READ: Record<string, string> = {
  'accept-patch': 'application/merge-patch+json',
  allow: 'GET, HEAD',
  'content-digest': 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:',
  'content-language': 'de',
  date: 'Thu, 01 Jan 2026 00:00:00 GMT',
  deprecation: '@1688169599',
  etag: '"v1"',
  'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
  ratelimit: '"default";r=50;t=30',
  'ratelimit-policy': '"default";q=100;w=60',
  'retry-after': '7',
  'server-timing': 'db;dur=53',
  sunset: 'Sat, 31 Dec 2050 23:59:59 GMT',
  'tus-resumable': '1.0.0',
  'upload-offset': '70',
  vary: 'accept, accept-language',
  warning: '299 - "soon gone"',
  'x-accel-buffering': 'no',
  'x-anything': 'x',
  'x-ratelimit-remaining': '12',
  'x-request-id': 'request-of-the-peer',
  'x-total-count': '7'
}

test('what a peer says in headers for the caller to read arrives', async (t) => {
  const { url, peer } = await proxyWorld(t)
  peer.on('/api/things', (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '2', ...READ }).end('{}')
  })
  const { headers } = await call(`${url}/things`)
  const { connection, ...rest } = headers
  assert.deepEqual(rest, {
    ...READ,
    'content-type': 'application/json',
    'content-length': '2',
    'cache-control': 'no-store',
    'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff'
  })
})

/** A browser would do them here, as if this server had asked; or they are of the way, and not of the answer. */
const KEPT_BACK = [
  ...['accept-ch', 'alt-svc', 'clear-site-data', 'nel', 'origin-agent-cluster', 'report-to', 'reporting-endpoints'],
  ...['public-key-pins', 'service-worker-allowed', 'set-cookie', 'set-login', 'strict-transport-security'],
  ...['access-control-allow-origin', 'access-control-allow-credentials', 'timing-allow-origin'],
  ...['content-security-policy-report-only', 'permissions-policy', 'feature-policy', 'document-policy', 'origin-trial'],
  ...['cross-origin-opener-policy', 'cross-origin-embedder-policy', 'x-frame-options', 'x-xss-protection'],
  ...['refresh', 'sourcemap', 'speculation-rules', 'attribution-reporting-register-source', 'use-as-dictionary'],
  ...['www-authenticate', 'proxy-authenticate', 'authentication-info', 'authorization', 'signature', 'signature-input'],
  ...['age', 'expires', 'pragma', 'cdn-cache-control', 'cloudflare-cdn-cache-control', 'surrogate-control'],
  ...['x-accel-redirect', 'x-accel-expires', 'x-accel-charset', 'x-sendfile', 'x-lighttpd-send-file', 'x-reproxy-url'],
  ...['via', 'server', 'x-powered-by', 'forwarded', 'x-forwarded-for', 'x-real-ip', 'x-cluster-hop', 'keep-alive'],
  ...['upgrade', 'te', 'proxy-connection', 'sec-session-registration', 'x-hop']
]

test('what could act on this server or names a hop stays here', async (t) => {
  const { url, peer } = await proxyWorld(t)
  peer.on('/api/things', (_request, response) => {
    for (const name of KEPT_BACK) response.setHeader(name, 'canary')
    response.setHeader('connection', 'close, X-Hop')
    response.end('{}')
  })
  const { headers } = await call(`${url}/things`)
  assert.deepEqual(
    KEPT_BACK.filter((name) => name in headers && String(headers[name]).includes('canary')),
    []
  )
  assert.equal(headers['x-hop'], undefined, 'the peer called it a header of the connection')
})

/** What a peer links to, and where that leads for the caller. */
const LINKS: [string, string | undefined][] = [
  ['</api/things?page=2>; rel="next"', '<./things?page=2>; rel="next"'],
  ['<things?page=2>; rel=next', '<./things?page=2>; rel=next'],
  ['<?page=2>; rel="next"; title="a, b"', '<./things?page=2>; rel="next"; title="a, b"'],
  ['<https://docs.example/v1>; rel="deprecation"', '<https://docs.example/v1>; rel="deprecation"'],
  ['</api/a>; rel=first, <https://x.example/>; rel=help', '<./a>; rel=first, <https://x.example/>; rel=help'],
  ['</admin>; rel="help"', undefined],
  ['<javascript:alert(1)>; rel="next"', undefined],
  ['<https://evil.example/x.js>; rel=preload; as=script', undefined],
  ['<https://evil.example>; rel="preconnect", </api/a>; rel=first', '<./a>; rel=first'],
  ['<https://evil.example/x.css>; title="rel=next"; REL = "stylesheet alternate"', undefined],
  ['<https://evil.example/x.js>; title="; rel=next"; rel=preload', undefined],
  ['not a link', undefined],
  ['<unfinished', undefined]
]
test('links lead through the proxy, to other sites, or nowhere', async (t) => {
  const { url, peer } = await proxyWorld(t)
  for (const [sent, expected] of LINKS) {
    peer.on('/api/things', (_request, response) => response.writeHead(200, { link: sent }).end())
    assert.equal((await call(`${url}/things`)).headers.link, expected, sent)
  }
  peer.on('/api/things', (_request, response) =>
    response.writeHead(200, { link: ['</api/a>; rel=first', '</api/b>; rel=last'], 'content-location': '/api/c' }).end()
  )
  const { headers } = await call(`${url}/things`)
  assert.equal(headers.link, '<./a>; rel=first, <./b>; rel=last')
  assert.equal(headers['content-location'], './c')
})

test('a long Link that is none is looked at once', async (t) => {
  const { url, peer } = await proxyWorld(t)
  const hostile = `<a>${';x="'.repeat(2_999)}`
  peer.on('/api/things', (_request, response) => response.writeHead(200, { link: hostile }).end('{}'))
  assert.equal((await call(`${url}/things`)).headers.link, undefined)
})

for (const framing of ['content-length: 2', 'transfer-encoding: chunked', 'connection: close']) {
  test(`the UTF-8 name of a file arrives as its bytes, with ${framing}`, async (t) => {
    const { url, peer } = await proxyWorld(t)
    const body = framing.includes('chunked') ? '2\r\nok\r\n0\r\n\r\n' : 'ok'
    for (const name of ['Übung.txt', '日本語.txt', '\u{1f600}.txt']) {
      const disposition = `attachment; filename="${name}"`
      peer.on('/api/file', ({ socket }) =>
        socket.end(
          `HTTP/1.1 200 OK\r\n${framing}\r\nx-name: ${name}\r\ncontent-disposition: ${disposition}\r\n\r\n${body}`
        )
      )
      const reply = await call(`${url}/file`)
      const utf8 = (header: string) => Buffer.from(String(reply.headers[header]), 'latin1').toString()
      assert.deepEqual([reply.status, reply.text, utf8('content-disposition')], [200, 'ok', disposition])
      assert.equal(utf8('x-name'), name)
    }
  })
}

test('an answer varies with what the peer says and with what this server says', async (t) => {
  const prepare = (app: FastifyInstance) =>
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('vary', 'Origin')
      reply.header('access-control-allow-origin', 'https://ui.example')
    })
  const { url, peer } = await proxyWorld(t, { prepare })
  peer.on('/api/things', (_request, response) => response.writeHead(200, { vary: 'Accept' }).end('{}'))
  const { headers } = await call(`${url}/things`)
  assert.equal(headers.vary, 'Accept, Origin')
  assert.equal(headers['access-control-allow-origin'], 'https://ui.example')
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
