import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { createTickets } from '../../../src/http/inspect/tickets.ts'
import {
  authorized,
  join,
  OPERATOR_KEY,
  READER_KEY,
  request,
  sees,
  startNode,
  type TestNode,
  until
} from '../../daemon.ts'
import { ensureBuilt } from '../../dashboard/built.ts'
import { startFakePeer } from '../../fake-peer.ts'

const ON = { 'cluster.inspector.enabled': true }

test('it is off by default, and says how it is turned on', async (t) => {
  const node = await startNode(t)
  for (const [method, path] of [
    ['GET', '/inspect'],
    ['POST', '/api/inspector/ticket']
  ] as const) {
    const { status, body } = await node.call(method, path)
    assert.equal(status, 404)
    assert.equal(body.code, 'inspector_off')
    assert.match(body.error, /cluster\.inspector\.enabled: true/)
  }
  assert.equal(await refused(node, {}), 404)
})

test('only who is signed in gets a ticket, and no peer does', async (t) => {
  const [a, b] = [await startNode(t, { name: 'a', config: ON }), await startNode(t, { name: 'b' })]
  await join(a, b)
  assert.equal((await request(`${a.url}/api/inspector/ticket`, { method: 'POST' })).status, 401)
  assert.equal((await a.call('POST', '/api/inspector/ticket', {}, authorized(READER_KEY))).status, 200)
  const { status, body } = await a.call('POST', '/api/inspector/ticket', { peer: 'nobody' })
  assert.equal(status, 404)
  assert.equal(body.code, 'peer_unknown')
  assert.equal((await a.call('POST', '/api/inspector/ticket', { peer: 'b' })).status, 200)
  const { headers } = await a.call('POST', '/api/inspector/ticket')
  assert.equal(headers.get('cache-control'), 'no-store')
})

test('a socket needs a ticket, each ticket opens one, and no foreign page may open any', async (t) => {
  const node = await startNode(t, { config: { ...ON, 'api.allowed_origins': ['https://ops.example'] } })
  const own = new URL(node.url).origin
  assert.equal(await refused(node, {}), 401)
  assert.equal(await refused(node, { ticket: 'made-up' }), 401)

  const ticket = await ticketOf(node)
  assert.equal(await refused(node, { ticket, origin: 'https://evil.example' }), 403)
  assert.equal(await refused(node, { ticket, origin: 'null' }), 403)
  const socket = await opened(t, node, { ticket, origin: own })
  assert.equal(socket.protocol, 'flatrun.inspect')
  assert.equal(await refused(node, { ticket, origin: own }), 401)

  await opened(t, node, { ticket: await ticketOf(node), origin: 'https://ops.example' })
  await opened(t, node, { ticket: await ticketOf(node) })
})

test('with allowed_origins "*" any page may open a socket that shows a ticket', async (t) => {
  const node = await startNode(t, { config: { ...ON, 'api.allowed_origins': ['*'] } })
  for (const origin of ['https://anything.example', 'null'])
    await opened(t, node, { ticket: await ticketOf(node), origin })
  assert.equal(await refused(node, { ticket: 'made-up', origin: 'https://anything.example' }), 401)
})

test('without keys, "*" lets no other page open a socket, here or to a peer', async (t) => {
  const config = { ...ON, 'auth.enabled': false, 'api.allowed_origins': ['*', 'https://ops.example'] }
  const { node, url } = await withEcho(t, config)
  assert.equal(await refused(node, { ticket: await ticketOf(node), origin: 'https://evil.example' }), 403)
  await opened(t, node, { ticket: await ticketOf(node), origin: 'https://ops.example' })
  const foreign = new WebSocket(url, { origin: 'https://evil.example' })
  foreign.on('error', () => {})
  const [, answer] = await once(foreign, 'unexpected-response')
  foreign.terminate()
  assert.equal(answer.statusCode, 403)
  const named = new WebSocket(url, { origin: 'https://ops.example' })
  t.after(() => named.terminate())
  await once(named, 'open')
})

test('a page is this server’s own by the host that a trusted proxy names, and nobody else', async (t) => {
  const origin = 'https://web-1.example.org'
  const forwarded = { 'x-forwarded-host': 'web-1.example.org', 'x-forwarded-proto': 'https' }
  const trusting = await startNode(t, { config: { ...ON, 'api.trust_proxy': ['127.0.0.1'] } })
  await opened(t, trusting, { ticket: await ticketOf(trusting), origin, forwarded })
  assert.equal(
    await refused(trusting, { ticket: await ticketOf(trusting), origin: 'https://evil.example', forwarded }),
    403
  )
  const other = await startNode(t, { config: { ...ON, 'api.trust_proxy': ['192.0.2.1'] } })
  assert.equal(await refused(other, { ticket: await ticketOf(other), origin, forwarded }), 403)
})

const ADMIN = {
  kind: 'operator' as const,
  name: 'admin',
  permissions: new Set<never>(),
  canWrite: true,
  keyDigest: 'a'
}
const READER = { ...ADMIN, name: 'reader', canWrite: false, keyDigest: 'b' }

test('a ticket lives for a minute and works once, and the oldest of the same caller makes room', () => {
  let now = 0
  const tickets = createTickets({ now: () => now, max: 2 })
  const issue = (id: string, caller = READER) => tickets.issue({ scope: { kind: 'peer', id }, caller })
  const admin = issue('0', ADMIN)
  const [first, second, third] = ['1', '2', '3'].map((id) => issue(id))
  assert.deepEqual(tickets.redeem(admin), { scope: { kind: 'peer', id: '0' }, caller: ADMIN })
  assert.equal(tickets.redeem(first!), undefined)
  assert.deepEqual(tickets.redeem(second!), { scope: { kind: 'peer', id: '2' }, caller: READER })
  assert.equal(tickets.redeem(second!), undefined)
  now = 60_001
  assert.equal(tickets.redeem(third!), undefined)
})

test('who opens a socket is told of the actors at once', async (t) => {
  const node = await startNode(t, { config: ON })
  const socket = connect(node, { ticket: await ticketOf(node) })
  t.after(() => socket.terminate())
  const messages: { type: string; name?: string }[] = []
  socket.on('message', (text) => messages.push(JSON.parse(String(text))))
  await until(() => messages.length >= 4, 'four messages')
  assert.deepEqual(
    messages.slice(0, 4).map(({ type, name }) => name ?? type),
    ['definition', 'supervisor', 'prober', 'transmission']
  )
})

test('a socket that talks is closed, and one caller watches ten times at most', async (t) => {
  const node = await startNode(t, { config: ON })
  const tickets = await Promise.all(Array.from({ length: 10 }, () => ticketOf(node)))
  const sockets = await Promise.all(tickets.map((ticket) => opened(t, node, { ticket })))
  assert.equal((await node.call('POST', '/api/inspector/ticket')).status, 429)
  assert.equal((await node.call('POST', '/api/inspector/ticket', undefined, authorized(READER_KEY))).status, 200)
  sockets[0]!.send('hello')
  const [code] = await once(sockets[0]!, 'close')
  assert.equal(code, 1003)
  await until(async () => (await node.call('POST', '/api/inspector/ticket')).status === 200, 'a free place')
})

test('the socket ends with the key that its ticket came from', async (t) => {
  const node = await startNode(t, { config: ON })
  const [watching, late] = [await opened(t, node, { ticket: await ticketOf(node) }), await ticketOf(node)]
  const closed = once(watching, 'close')
  watching.on('error', () => {})
  node.daemon.replaceOperatorKeys([{ key: 'another-operator-key-0123456789abc', name: 'other', scopes: ['read'] }])
  await closed
  assert.equal(await refused(node, { ticket: late }), 401)
})

test('a daemon that stops says goodbye to who watches, and waits for nobody', async (t) => {
  const node = await startNode(t, { config: ON })
  const polite = await opened(t, node, { ticket: await ticketOf(node) })
  const deaf = await opened(t, node, { ticket: await ticketOf(node) })
  deaf.pause()
  const [closed, cutOff] = [once(polite, 'close'), once(deaf, 'close')]
  // Ends only with the last socket, also with that of who answers no goodbye.
  await node.stop()
  assert.equal((await closed)[0], 1001)
  deaf.resume()
  await cutOff
})

test('the page may frame the inspector alone, and be framed by nobody', async (t) => {
  ensureBuilt()
  const node = await startNode(t, {
    config: { ...ON, 'cluster.inspector.url': 'http://127.0.0.1:1/somewhere?x=1&y="' }
  })
  const { status, headers, text } = await request(`${node.url}/inspect`)
  assert.equal(status, 200)
  assert.match(text, /<title>Inspector/)
  assert.match(text, /<meta name="inspector" content="http:\/\/127\.0\.0\.1:1\/somewhere\?x=1&#38;y=&#34;">/)
  const policy = headers.get('content-security-policy') ?? ''
  assert.match(policy, /(^|;)frame-src http:\/\/127\.0\.0\.1:1(;|$)/)
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /frame-ancestors 'none'/)
  assert.equal(headers.get('referrer-policy'), 'no-referrer')
  const other = await request(`${node.url}/`)
  assert.doesNotMatch(other.headers.get('content-security-policy') ?? '', /frame-src/)
})

test('WebSockets to peers pass beside it', async (t) => {
  const { url } = await withEcho(t, ON)
  const socket = new WebSocket(url, { headers: authorized(OPERATOR_KEY) })
  t.after(() => socket.terminate())
  await once(socket, 'open')
  socket.send('hello')
  const [answer] = await once(socket, 'message')
  assert.equal(String(answer), 'hello')
})

/** A node, and the address of a WebSocket of a peer of its, through it. */
async function withEcho(t: TestContext, config: Record<string, unknown>) {
  const node = await startNode(t, { config })
  const peer = await startFakePeer({ name: 'plain' })
  t.after(() => peer.close())
  const echo = new WebSocketServer({ noServer: true })
  peer.server.on('upgrade', (request, socket, head) => {
    echo.handleUpgrade(request, socket, head, (one) => one.on('message', (bytes) => one.send(String(bytes))))
  })
  const { body } = await node.call('POST', '/api/cluster/invite')
  await peer.join(node.url, body.invite_token)
  await sees(node, 'plain', 'online')
  return { node, url: `${node.url.replace('http', 'ws')}/api/cluster/peers/plain/proxy/logs` }
}

async function ticketOf(node: TestNode): Promise<string> {
  const { body } = await node.call('POST', '/api/inspector/ticket')
  return body.ticket
}

interface Opening {
  ticket?: string
  origin?: string
  /** What a proxy in front says. */
  forwarded?: Record<string, string>
}

function connect(node: TestNode, { ticket, origin, forwarded }: Opening) {
  const protocols = ['flatrun.inspect', ...(ticket === undefined ? [] : [`ticket.${ticket}`])]
  const headers = { ...forwarded, ...(origin !== undefined && { origin }) }
  return new WebSocket(`${node.url.replace('http', 'ws')}/api/inspector/socket`, protocols, { headers })
}

async function opened(t: TestContext, node: TestNode, opening: Opening): Promise<WebSocket> {
  const socket = connect(node, opening)
  t.after(() => socket.terminate())
  await once(socket, 'open')
  return socket
}

/** The status with which a socket is refused. */
async function refused(node: TestNode, opening: Opening): Promise<number> {
  const socket = connect(node, opening)
  socket.on('error', () => {})
  const [request, response] = await once(socket, 'unexpected-response')
  request.destroy()
  return response.statusCode
}

test('whoever follows a link to an inspector that is off reads a page that says so, and how it is turned on', async (t) => {
  const node = await startNode(t)
  const response = await fetch(`${node.url}/inspect`, { headers: { accept: 'text/html,*/*;q=0.8' } })
  assert.equal(response.status, 404)
  assert.match(response.headers.get('content-type') ?? '', /text\/html/)
  assert.match(await response.text(), /The inspector is off[\s\S]*cluster\.inspector\.enabled: true/)
})
