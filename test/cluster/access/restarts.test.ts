import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { OPERATOR_KEY, request, sees, startNode, type TestNode } from '../../daemon.ts'
import { startRelay } from '../../relay.ts'

const HEADERS = /^(signature|signature-input|content-digest): (.*?)\r$/gim

/** The signed requests that crossed a relay, with the words of their first lines. */
function signedIn(captured: Buffer) {
  const heads = captured.toString('latin1').match(/(GET|POST|PUT|DELETE) \S+ HTTP[\s\S]*?\r\n\r\n/g) ?? []
  return heads
    .map((head) => {
      const [method = '', path = ''] = head.split(' ')
      const headers = Object.fromEntries([...head.matchAll(HEADERS)].map(([, name = '', value = '']) => [name, value]))
      return { method, path, headers }
    })
    .filter(({ headers }) => headers.signature !== undefined)
}

/** The same node, started anew where it was. */
async function restart(t: TestContext, node: TestNode): Promise<TestNode> {
  await node.stop()
  const { name, folder, url } = node
  return startNode(t, { name, folder, config: { 'api.port': Number(new URL(url).port) } })
}

/** Two that have joined; `node-b` reaches `node-a` at `address`, where it is another than its own. */
async function pair(t: TestContext, addressOf: (url: string) => Promise<string> = async (url) => url) {
  const [a, b] = [await startNode(t, { name: 'node-a' }), await startNode(t, { name: 'node-b' })]
  const address = await addressOf(a.url)
  const { body } = await a.call('POST', '/api/cluster/invite')
  const accept = { invite_token: body.invite_token, peer_url: address }
  assert.equal((await b.call('POST', '/api/cluster/accept', accept)).status, 200)
  await Promise.all([sees(b, 'node-a', 'online'), sees(a, 'node-b', 'online')])
  return { a, b }
}

test('a request that was recorded before a restart of its receiver is refused after it', async (t) => {
  let captured: () => Buffer = () => Buffer.alloc(0)
  const { a, b } = await pair(t, async (url) => {
    const relay = await startRelay(t, url)
    captured = relay.captured
    return relay.url
  })
  await b.call('POST', '/api/cluster/peers/node-a/proxy/deployments/shop/restart')
  await b.call('GET', '/api/cluster/deployments')
  const recorded = signedIn(captured())
  for (const verb of ['GET', 'POST']) assert.ok(recorded.some(({ method }) => method === verb))

  const again = await restart(t, a)

  for (const { method, path, headers } of recorded) {
    const reply = await request(`${again.url}${path}`, { method, headers })
    assert.deepEqual([reply.status, reply.body.code], [401, 'other_start'], `${method} ${path}`)
    assert.match(reply.headers.get('signature-input') ?? '', /;boot="[\w-]{12}"$/)
  }
})

/** A proxy in front of a node, such as nginx: its callers do not notice that the node behind it was restarted. */
async function inFront(t: TestContext, target: string): Promise<string> {
  const agent = new http.Agent({ keepAlive: true })
  const server = http.createServer((request, response) => {
    const { method, url: path, headers } = request
    const onward = http.request(`${target}${path}`, { method, headers, agent })
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()))
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
    agent.destroy()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Bytes that are sent while they are made, so that they cannot be sent twice. */
const streamed = () =>
  new ReadableStream({
    start(controller) {
      for (let piece = 0; piece < 30; piece++) controller.enqueue(Buffer.alloc(1_024, ' '))
      controller.enqueue(Buffer.from('{}'))
      controller.close()
    }
  })

const through = (node: TestNode, method: string, path: string, body?: ReadableStream) =>
  fetch(`${node.url}/api/cluster/peers/node-a/proxy${path}`, {
    method,
    headers: { authorization: `Bearer ${OPERATOR_KEY}`, 'content-type': 'application/json' },
    ...(body && { body, duplex: 'half' })
  })

const KINDS: [what: string, ask: (b: TestNode) => Promise<{ status: number }>, status: number][] = [
  ['a read', (b) => through(b, 'GET', '/deployments'), 200],
  ['a HEAD', (b) => through(b, 'HEAD', '/deployments'), 200],
  ['a write without a body', (b) => through(b, 'POST', '/deployments/shop/restart'), 404],
  ['a streamed upload', (b) => through(b, 'POST', '/deployments/shop/restart', streamed()), 404],
  ['a change of keys', (b) => b.call('POST', '/api/cluster/peers/node-a/rotate'), 200],
  ['a check', (b) => b.call('POST', '/api/cluster/peers/node-a/check'), 200]
]

for (const [what, addressOf] of [
  ['that is asked directly', undefined],
  ['behind a proxy that keeps its connections', inFront]
] as const) {
  test(`no request fails over a restart of a peer ${what}`, async (t) => {
    const { a, b } = await pair(t, addressOf && ((url) => addressOf(t, url)))
    let running = a
    for (const [kind, ask, status] of KINDS) {
      assert.equal((await ask(b)).status, status, `${kind}, before`)
      running = await restart(t, running)
      assert.equal((await ask(b)).status, status, `${kind}, after`)
    }
  })
}
