import assert from 'node:assert/strict'
import http from 'node:http'
import { test } from 'node:test'
import { startNode } from '../daemon.ts'

/** A request as a browser sends it; fetch would not send these headers. */
function ask(url: string, method: string, path: string, headers: Record<string, string>) {
  const { hostname, port } = new URL(url)
  return new Promise<{ status: number | undefined; body: { code?: string; node_id?: string } }>((resolve, reject) => {
    const request = http.request({ hostname, port, path, method, headers, agent: false }, async (answer) => {
      let text = ''
      for await (const chunk of answer) text += chunk
      resolve({ status: answer.statusCode, body: JSON.parse(text) })
    })
    request.on('error', reject).end()
  })
}

test('without keys, no page of another site acts here', async (t) => {
  const config = { 'auth.enabled': false, 'api.allowed_origins': ['https://ops.example'] }
  const { url } = await startNode(t, { name: 'web-1', config })
  const { host } = new URL(url)
  for (const [headers, status] of [
    [{}, 200],
    [{ origin: `http://${host}` }, 200],
    [{ origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, 200],
    // nginx's default Host is its own; the browser's word holds.
    [{ origin: 'http://web-1', 'sec-fetch-site': 'same-origin' }, 200],
    [{ origin: 'https://ops.example', 'sec-fetch-site': 'cross-site' }, 200],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403]
  ] as [Record<string, string>, number][]) {
    const { status: got, body } = await ask(url, 'POST', '/api/cluster/invite', headers)
    assert.equal(got, status, JSON.stringify(headers))
    if (status === 403) assert.equal(body.code, 'foreign_origin')
  }
})

test('without keys, only names of this server lead into it', async (t) => {
  const config = {
    'auth.enabled': false,
    'api.allowed_origins': ['https://ops.example'],
    'cluster.advertise_url': 'http://127.0.0.1:9/'
  }
  const { url } = await startNode(t, { name: 'web-1', config })
  for (const [host, status] of [
    ['127.0.0.1:1', 200],
    ['[::1]:8090', 200],
    ['192.0.2.7', 200],
    ['localhost:8090', 200],
    ['WEB-1:8090', 200],
    ['ops.example', 200],
    ['evil.example', 403],
    ['web-1.evil.example:8090', 403],
    ['127.0.0.1.evil.example', 403]
  ] as const) {
    for (const method of ['GET', 'POST'] as const) {
      const path = method === 'GET' ? '/api/cluster/peers' : '/api/cluster/invite'
      const { status: got, body } = await ask(url, method, path, { host })
      assert.equal(got, status, `${method} ${host}`)
      if (status === 403) assert.equal(body.code, 'unknown_host')
    }
    const { status: health, body } = await ask(url, 'GET', '/api/health', { host })
    assert.deepEqual([health, body.node_id !== undefined], [200, status === 200], host)
  }
})

test('without keys, the name that a trusted proxy was called by counts, and nobody else’s word', async (t) => {
  const config = { 'auth.enabled': false, 'api.trust_proxy': ['127.0.0.1'] }
  const { url } = await startNode(t, { name: 'web-1', config })
  const asked = async (at: string, forwarded: string) =>
    (await ask(at, 'GET', '/api/cluster/peers', { host: '127.0.0.1', 'x-forwarded-host': forwarded })).status
  assert.equal(await asked(url, 'web-1'), 200)
  assert.equal(await asked(url, 'evil.example'), 403)
  // What the caller wrote comes first, what the proxy adds last.
  assert.equal(await asked(url, 'web-1, evil.example'), 403)
  const direct = await startNode(t, { name: 'web-2', config: { 'auth.enabled': false } })
  assert.equal(await asked(direct.url, 'evil.example'), 200)
})
