import assert from 'node:assert/strict'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { authorized, join, request, sees, startNode, type TestNode } from '../../daemon.ts'
import { container, frame, json, startFakeEngine } from '../../local/fake-engine.ts'
import { folder } from '../../local/folder.ts'

/** A server with one container, whose log never ends. */
async function logging(t: TestContext): Promise<TestNode> {
  const root = await folder(t, { 'shop/compose.yml': 'services:\n  web: { image: a }\n' })
  const web = container({ service: 'web', id: 'web', project: 'shop', dir: path.join(root, 'shop') })
  const engine = await startFakeEngine(t, {
    'GET /containers/json': (_, response) => json(response, [web]),
    'GET /containers/web/json': (_, response) => json(response, { Config: {} }),
    'GET /containers/web/logs': (_, response) => response.write(frame(1, '2026-11-23T08:15:30Z first\n'))
  })
  return startNode(t, { name: 'node-a', config: { deployments_path: root, docker_socket: engine.socket } })
}

/** A plain agent named `plain` joins; gives its key. */
async function joinPlain(node: TestNode, invite: Record<string, unknown> = {}): Promise<string> {
  const { body } = await node.call('POST', '/api/cluster/invite', invite)
  const exchange = await request(`${node.url}/api/cluster/exchange`, {
    method: 'POST',
    body: { invite_token: body.invite_token, url: 'http://127.0.0.1:9', api_key: 'k'.repeat(44), name: 'plain' }
  })
  assert.equal(exchange.status, 200)
  return exchange.body.api_key
}

/** A log that a peer follows; `ended` resolves when the answer has ended, however it did. */
async function follow(node: TestNode, key: string) {
  const answer = await fetch(`${node.url}/api/deployments/shop/logs?follow=true`, { headers: authorized(key) })
  assert.equal(answer.status, 200)
  const reader = answer.body?.getReader()
  await reader?.read()
  const end = async () => {
    while (!(await reader?.read())?.done);
  }
  return { ended: end().catch(() => {}) }
}

test('what a peer is being told ends when it is removed', async (t) => {
  const node = await logging(t)
  const { ended } = await follow(node, await joinPlain(node))

  await node.call('DELETE', '/api/cluster/peers/plain')

  await ended
})

test('what a peer is being told ends when another takes its place, and its key with it', async (t) => {
  const node = await logging(t)
  const key = await joinPlain(node)
  const { ended } = await follow(node, key)

  await joinPlain(node, { replaces: 'plain' })

  await ended
  assert.equal((await request(`${node.url}/api/deployments`, { headers: authorized(key) })).status, 401)
})

test('a peer that says that it leaves gets an answer, and its key is dead', async (t) => {
  const node = await startNode(t, { name: 'node-a' })
  const headers = authorized(await joinPlain(node))

  const reply = await request(`${node.url}/api/cluster/leave`, { method: 'POST', body: {}, headers })

  assert.deepEqual([reply.status, reply.body], [200, { status: 'noted' }])
  for (const path of ['/api/deployments', '/api/health']) {
    assert.equal((await request(`${node.url}${path}`, { headers })).status, 401, path)
  }
})

test('a body that is passed on to a peer may be there, and is refused where it would be read', async (t) => {
  const a = await startNode(t, { name: 'node-a' })
  const b = await startNode(t, { name: 'node-b' })
  await join(a, b)
  await sees(a, 'node-b', 'online')
  const through = '/api/cluster/peers/node-b/proxy'

  const unread = await a.call('POST', `${through}/deployments/nobody/restart`, {})
  const read = await a.call('POST', `${through}/cluster/leave`, {})

  assert.deepEqual([unread.status, unread.body.code], [404, 'deployment_unknown'])
  assert.deepEqual([read.status, read.body.code], [502, 'peer_rejected'])
  const [peer] = (await b.call('GET', '/api/cluster/peers')).body.peers
  assert.notEqual(peer.state, 'removed')
})
