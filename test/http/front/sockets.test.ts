import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { authorized, OPERATOR_KEY, until } from '../../daemon.ts'
import { frontWorld } from './world.ts'

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
