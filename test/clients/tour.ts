import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { OPERATOR_KEY, sees, type TestNode } from '../daemon.ts'
import type { FakePeer } from '../fake-peer.ts'

/** A request as any program could make it. */
export interface Ask {
  method: string
  url: string
  headers: Record<string, string>
  body?: Buffer
}

export interface Answer {
  status: number
  /** Its content-type. */
  type: string
  body: Buffer
}

/** A program that is not ours, and sends what it sends. */
export interface Client {
  send(ask: Ask): Promise<Answer>
  /** Reads an answer that does not end, until that is enough. */
  follow(ask: Ask, enough: (text: string) => boolean): Promise<void>
  /** Opens a WebSocket and gives the first message; absent where the program has none. */
  firstMessage?(url: string, headers: Record<string, string>): Promise<string>
  close?(): Promise<void>
}

export interface Stage {
  /** Where the client finds the server: itself, or the reverse proxy in front of it. */
  url: string
  node: TestNode
  /** Another of ours, which invites. */
  other: TestNode
  /** A plain FlatRun agent that echoes at `/api/echo` and speaks WebSocket. */
  plain: FakePeer
}

const JSON_TYPE = { 'content-type': 'application/json' }

/** The whole API once, as somebody would use it with this client. */
export async function tour(client: Client, { url, node, other, plain }: Stage): Promise<void> {
  let headers: Record<string, string> = { accept: 'application/json' }
  const proxied = `/api/cluster/peers/${plain.name}/proxy`

  /** An object is sent as JSON; nothing with the type of JSON is nothing, as many programs have it. */
  async function call(method: string, path: string, expected: number, content?: object | Buffer) {
    const typed = Buffer.isBuffer(content) ? { 'content-type': 'application/octet-stream' } : JSON_TYPE
    const body = content === undefined || Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content))
    const ask = { method, url: url + path, headers: { ...headers, ...(method !== 'GET' && typed) } }
    const answer = await client.send({ ...ask, ...(body && { body }) })
    assert.equal(answer.status, expected, `${method} ${path}: ${answer.status} ${answer.body}`)
    return answer
  }
  const json = async (...what: Parameters<typeof call>) => JSON.parse(String((await call(...what)).body))

  await call('GET', '/api/cluster/peers', 401)
  const { token } = await json('POST', '/api/auth/login', 200, { api_key: OPERATOR_KEY })
  headers = { ...headers, authorization: `Bearer ${token}` }

  const { invite_token } = await json('POST', '/api/cluster/invite', 200)
  assert.equal((await plain.join(node.url, invite_token)).status, 200)
  const invite = await other.call('POST', '/api/cluster/invite')
  const accepted = await json('POST', '/api/cluster/accept', 200, { invite_token: invite.body.invite_token })
  assert.equal(accepted.peer_name, other.name)
  await Promise.all([sees(node, plain.name, 'online'), sees(node, other.name, 'online')])

  const { peers } = await json('GET', '/api/cluster/peers', 200)
  assert.deepEqual(
    peers.map(({ name }: { name: string }) => name),
    [other.name, plain.name].sort()
  )
  const policy = `/api/cluster/peers/${plain.name}/policy`
  await json('PUT', policy, 200, { grants: [{ capability: 'fleet.read' }] })
  assert.deepEqual((await json('GET', policy, 200)).grants, [{ capability: 'fleet.read' }])
  await json('POST', `/api/cluster/peers/${other.name}/check`, 200)
  const { servers } = await json('GET', '/api/cluster/deployments', 200)
  assert.equal(servers[plain.name].data.length, 2)
  assert.equal((await json('GET', `/api/cluster/peers/${other.name}/proxy/cluster/status`, 200)).enabled, true)

  await everyMethod()
  await upload()
  await events()
  if (client.firstMessage) {
    const message = await client.firstMessage(`${url.replace('http', 'ws')}${proxied}/socket`, headers)
    assert.equal(message, 'hello')
  }

  for (const name of [plain.name, other.name]) await json('DELETE', `/api/cluster/peers/${name}`, 200)
  assert.deepEqual((await json('GET', '/api/cluster/peers', 200)).peers, [])
  await call('DELETE', `/api/cluster/peers/${plain.name}`, 404)

  async function everyMethod() {
    const path = `${proxied}/echo?a=1&a=2&e=%20`
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const said = await json(method, path, 200)
      assert.deepEqual([said.method, said.url, said.bytes], [method, '/api/echo?a=1&a=2&e=%20', 0], method)
    }
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const said = await json(method, path, 200, { word: 'ü' })
      assert.deepEqual([said.method, said.bytes, said.type], [method, 13, 'application/json'], method)
    }
    const head = await call('HEAD', path, 200)
    assert.deepEqual([head.type, head.body.length], ['application/json', 0])
    assert.equal((await json('GET', `${proxied}/none`, 404)).error, 'not found')
  }

  async function upload() {
    const file = randomBytes(2 << 20)
    const said = await json('POST', `${proxied}/echo`, 200, file)
    assert.equal(said.sha256, createHash('sha256').update(file).digest('hex'))
  }

  async function events() {
    const note = `seen at once ${randomBytes(4).toString('hex')}`
    const ask = {
      method: 'GET',
      url: `${url}/api/cluster/events`,
      headers: { ...headers, accept: 'text/event-stream' }
    }
    let made: Promise<unknown> | undefined
    await client.follow(ask, (text) => {
      // The stream is open: what happens from now on has to arrive while it is.
      made ??= node.call('POST', '/api/cluster/invite', { note })
      return text.includes('invite.created') && text.split('invite.created').length > 2
    })
    await made
  }
}
