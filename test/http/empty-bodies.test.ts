import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import net from 'node:net'
import { test } from 'node:test'
import Fastify from 'fastify'
import { readBodies } from '../../src/http/bodies.ts'
import { OPERATOR_KEY, sees, startNode } from '../daemon.ts'
import { startFakePeer } from '../fake-peer.ts'

/** What says that nothing follows. Only the first is what this project's own client sends. */
const FRAMINGS: [name: string, header: string, rest: string][] = [
  ['no body', '', ''],
  ['Content-Length: 0', 'content-length: 0\r\n', ''],
  ['an empty chunked body', 'transfer-encoding: chunked\r\n', '0\r\n\r\n']
]
const TYPES: [name: string, header: string][] = [
  ['no type', ''],
  ['JSON', 'content-type: application/json\r\n'],
  ['JSON with a charset', 'content-type: application/json; charset=utf-8\r\n'],
  // `curl -X POST -d ''`
  ['a form', 'content-type: application/x-www-form-urlencoded\r\n']
]

test('every route takes an empty body, however it is written and whatever type it claims', async (t) => {
  const node = await startNode(t, { name: 'ours', config: { 'cluster.inspector': { enabled: true } } })
  const peer = await startFakePeer({ name: 'theirs' })
  t.after(peer.close)
  await node.call('POST', '/api/cluster/accept', { invite_token: peer.invite(), peer_url: peer.url })
  await sees(node, 'theirs', 'online')

  const routes = node.daemon.app.accessTable
  assert.ok(routes.length > 60)
  for (const { method, url } of routes) {
    const path = url.replace(':name/proxy', 'theirs/proxy').replace(/:\w+/g, 'none').replace('*', 'health')
    const asked = TYPES.flatMap(([type, typed]) =>
      FRAMINGS.map(async ([framing, framed, rest]) => {
        const line = await firstLine(node, `${method} ${path} HTTP/1.1\r\n`, typed + framed, rest)
        return [`${framing}, ${type}`, line] as const
      })
    )
    const [[, plain = ''] = [], ...others] = await Promise.all(asked)
    assert.match(plain, /^HTTP\/1\.1 \d{3} /)
    assert.doesNotMatch(plain, / 4(11|15) /)
    for (const [what, line] of others) assert.equal(line, plain, `${method} ${url}: ${what}`)
  }
})

test('an empty body goes to a peer as none', async (t) => {
  const node = await startNode(t, { name: 'ours' })
  const peer = await startFakePeer({ name: 'theirs' })
  t.after(peer.close)
  await node.call('POST', '/api/cluster/accept', { invite_token: peer.invite(), peer_url: peer.url })
  await sees(node, 'theirs', 'online')
  for (const [, typed] of TYPES)
    for (const [, framed, rest] of FRAMINGS)
      await firstLine(node, 'DELETE /api/cluster/peers/theirs/proxy/thing HTTP/1.1\r\n', typed + framed, rest)
  const seen = peer.requests.filter(({ url }) => url === '/api/thing')
  assert.deepEqual(
    seen.map(({ method, body }) => [method, body]),
    Array(TYPES.length * FRAMINGS.length).fill(['DELETE', ''])
  )
})

test('a body that is no JSON is still refused by its type', async (t) => {
  const node = await startNode(t)
  const invite = 'POST /api/cluster/invite HTTP/1.1\r\n'
  for (const typed of ['', 'content-type: text/plain\r\n', 'content-type: application/x-www-form-urlencoded\r\n']) {
    assert.match(await firstLine(node, invite, `${typed}content-length: 2\r\n`, '{}'), / 415 /)
    assert.match(
      await firstLine(node, invite, `${typed}transfer-encoding: chunked\r\n`, '2\r\n{}\r\n0\r\n\r\n'),
      / 415 /
    )
  }
})

test('a signed request that lost its body on the way is not the one that was signed', async (t) => {
  const digestOf = (body: string) => createHash('sha256').update(body).digest('base64')
  for (const [signed, status] of [
    ['{"a":1}', / 401 /],
    ['', / 200 /]
  ] as const) {
    const app = Fastify().decorateRequest('signed')
    app.addHook('onRequest', async (request) => {
      request.signed = { bodyDigest: digestOf(signed), misdirected: false, signAnswer: () => ({}) }
    })
    readBodies(app)
    app.post('/', async () => 'done')
    t.after(() => app.close())
    const url = await app.listen()
    for (const [framing, framed, rest] of FRAMINGS)
      for (const [type, typed] of TYPES)
        assert.match(await firstLine({ url }, 'POST / HTTP/1.1\r\n', typed + framed, rest), status, framing + type)
  }
})

/** Sends bytes that no client library would put together, and gives back how the answer begins. */
function firstLine({ url }: { url: string }, line: string, headers: string, rest: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1')
    socket.write(`${line}host: x\r\nauthorization: Bearer ${OPERATOR_KEY}\r\n${headers}\r\n${rest}`)
    let text = ''
    // Only an answer that never comes needs it.
    socket.setTimeout(20_000, () => socket.destroy())
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (text.includes('\r\n')) socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(text.split('\r\n', 1)[0] ?? ''))
  })
}
