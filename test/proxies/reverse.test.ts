import assert from 'node:assert/strict'
import http from 'node:http'
import { type TestContext, test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { authorized, join, OPERATOR_KEY, sees, startNode, until } from '../daemon.ts'
import { startFakePeer } from '../fake-peer.ts'
import { caddy, freePort, nginx, type ReverseProxy } from './servers.ts'

/** A node that its peers know by the address of the proxy in front of it. */
async function behind(t: TestContext, proxy: ReverseProxy) {
  const [front, back] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${front}`
  const node = await startNode(t, {
    name: 'behind',
    config: { 'api.port': back, 'api.trust_proxy': ['127.0.0.1'], 'cluster.advertise_url': url }
  })
  await proxy.start(t, front, back)
  return { node, url }
}

for (const proxy of [nginx, caddy]) {
  const { name, skip } = proxy

  test(`servers join and watch each other through ${name}`, { skip }, async (t) => {
    const { node, url } = await behind(t, proxy)
    const other = await startNode(t, { name: 'other' })
    assert.equal((await join(node, other)).status, 200)
    await Promise.all([sees(node, 'other', 'online'), sees(other, 'behind', 'online')])
    const { body } = await other.call('GET', '/api/cluster/peers')
    assert.equal(body.peers[0].url, url)
    const { status } = await other.call('GET', '/api/cluster/peers/behind/proxy/deployments')
    assert.equal(status, 200, 'a signed request arrives as it was signed')
  })

  test(`events come through ${name} when they happen`, { skip }, async (t) => {
    const { node, url } = await behind(t, proxy)
    const leaving = new AbortController()
    t.after(() => leaving.abort())
    const answer = await fetch(`${url}/api/cluster/events`, {
      headers: authorized(OPERATOR_KEY),
      signal: leaving.signal
    })
    let seen = ''
    const reading = (async () => {
      for await (const chunk of answer.body ?? []) seen += Buffer.from(chunk).toString()
    })().catch(() => {})
    await node.call('POST', '/api/cluster/invite', { note: 'seen-at-once' })
    await until(() => seen.includes('invite.created'), 'the event')
    leaving.abort()
    await reading
  })

  test(`a WebSocket and a large body reach a peer through ${name}`, { skip }, async (t) => {
    const { node, url } = await behind(t, proxy)
    const fake = await startFakePeer({ name: 'plain', auth: 'keys' })
    t.after(() => fake.close())
    const echo = new WebSocketServer({ noServer: true })
    fake.server.on('upgrade', (request, socket, head) =>
      echo.handleUpgrade(request, socket, head, (ws) => ws.on('message', (bytes) => ws.send(`${bytes} too`)))
    )
    await fake.join(node.url, (await node.call('POST', '/api/cluster/invite')).body.invite_token)
    await sees(node, 'plain', 'online')

    const place = `${url}/api/cluster/peers/plain/proxy`
    const ws = new WebSocket(`${place.replace('http', 'ws')}/exec`, { headers: authorized(OPERATOR_KEY) })
    t.after(() => ws.terminate())
    await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject))
    ws.send('hello')
    assert.equal(String(await new Promise((resolve) => ws.once('message', resolve))), 'hello too')

    const body = Buffer.alloc(3 << 20, 'x')
    const headers = { ...authorized(OPERATOR_KEY), 'content-type': 'application/octet-stream' }
    const reply = await fetch(`${place}/upload`, { method: 'POST', headers, body })
    await reply.arrayBuffer()
    assert.notEqual(reply.status, 413)
    assert.ok(fake.requests.some(({ url: asked }) => asked === '/api/upload'))
  })

  test(`behind ${name} the audit has the caller’s address, not what the caller says it is`, { skip }, async (t) => {
    const { node, url } = await behind(t, proxy)
    await from('127.0.0.2', `${url}/api/cluster/invite`, { 'x-forwarded-for': '203.0.113.9' })
    const { body } = await node.call('GET', '/api/audit')
    assert.equal(body.entries[0].from, '127.0.0.2')
  })
}

/** A request from a chosen address of this machine. */
const from = (localAddress: string, url: string, headers: Record<string, string>) =>
  new Promise<void>((resolve, reject) => {
    const request = http.request(url, {
      method: 'POST',
      localAddress,
      headers: { ...authorized(OPERATOR_KEY), ...headers }
    })
    request.once('error', reject).once('response', (answer) => answer.resume().once('end', resolve))
    request.end()
  })
