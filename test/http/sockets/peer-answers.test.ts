import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { credentialContext } from '../../../src/store/contexts.ts'
import { storedOf } from '../../cluster/signed-post.ts'
import { authorized, join, OPERATOR_KEY, request, sees, startNode, type TestNode, until } from '../../daemon.ts'
import { container, frame, json, startFakeEngine } from '../../local/fake-engine.ts'
import { folder } from '../../local/folder.ts'

/** A server with one container, whose log never ends; `say` writes a line of it. */
async function logging(t: TestContext): Promise<TestNode & { say(line: string): void }> {
  const root = await folder(t, { 'shop/compose.yml': 'services:\n  web: { image: a }\n' })
  const web = container({ service: 'web', id: 'web', project: 'shop', dir: path.join(root, 'shop') })
  const logs: ServerResponse[] = []
  const said = (line: string) => frame(1, `2026-11-23T08:15:30Z ${line}\n`)
  const engine = await startFakeEngine(t, {
    'GET /containers/json': (_, response) => json(response, [web]),
    'GET /containers/web/json': (_, response) => json(response, { Config: {} }),
    'GET /containers/web/logs': (_, response) => {
      logs.push(response)
      response.write(said('first'))
    }
  })
  const config = { deployments_path: root, docker_socket: engine.socket }
  const node = await startNode(t, { name: 'node-a', config, engineTimeoutMs: 60_000 })
  const say = (line: string) => {
    for (const response of logs) response.write(said(line))
  }
  return { ...node, say }
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

/** A log that a peer follows: what it was told, and all of that when the answer has ended. */
async function follow(node: TestNode, key: string) {
  const answer = await fetch(`${node.url}/api/deployments/shop/logs?follow=true`, { headers: authorized(key) })
  assert.equal(answer.status, 200)
  const reader = answer.body?.getReader()
  let rest = ''
  const read = async () => {
    const { done = true, value } = (await reader?.read()) ?? {}
    rest += new TextDecoder().decode(value)
    return !done
  }
  while (!rest.includes('first') && (await read()));
  const end = async () => {
    while (await read());
  }
  return {
    told: () => rest,
    ended: end().then(
      () => rest,
      () => rest
    )
  }
}

test('what a peer is being told ends when it is removed', async (t) => {
  const node = await logging(t)
  const { ended } = await follow(node, await joinPlain(node))

  await node.call('DELETE', '/api/cluster/peers/plain')
  node.say('a secret')

  assert.doesNotMatch(await ended, /secret/)
})

test('what a peer is being told ends when another takes its place, and its key with it', async (t) => {
  const node = await logging(t)
  const key = await joinPlain(node)
  const { ended } = await follow(node, key)

  await joinPlain(node, { replaces: 'plain' })
  node.say('a secret')

  assert.doesNotMatch(await ended, /secret/)
  assert.equal((await request(`${node.url}/api/deployments`, { headers: authorized(key) })).status, 401)
})

/** The key that a node presents to another, as a thief would read it there. */
function stolenFrom(node: TestNode, to: string): string {
  const { members, open } = storedOf(node)
  const member = members.find(({ name }) => name === to)
  return open(member?.credential.sealed ?? '', credentialContext(member?.id ?? ''))
}

test('what is told to a thief of a key ends when an operator changes it, on either side', async (t) => {
  const a = await logging(t)
  const b = await startNode(t, { name: 'node-b' })
  await join(a, b)
  await Promise.all([sees(a, 'node-b', 'online'), sees(b, 'node-a', 'online')])
  for (const [operator, peer] of [
    [a, 'node-b'],
    [b, 'node-a']
  ] as const) {
    const key = await until(() => stolenFrom(b, 'node-a'), 'a key')
    const { ended } = await follow(a, key)
    const status = async () => (await request(`${a.url}/api/deployments`, { headers: authorized(key) })).status
    assert.equal(await status(), 200)

    assert.equal((await operator.call('POST', `/api/cluster/peers/${peer}/rotate`)).status, 200)
    await until(async () => (await status()) === 401, 'an end of the key')
    a.say('a secret')

    assert.doesNotMatch(await ended, /secret/)
  }
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

test('one peer follows no more than its part of the logs, and leaves the rest to others', async (t) => {
  const node = await logging(t)
  const key = await joinPlain(node)
  const followed = await Promise.all(Array.from({ length: 8 }, () => follow(node, key)))

  const where = `${node.url}/api/deployments/shop/logs?follow=true`
  const ninth = await request(where, { headers: authorized(key) })
  assert.deepEqual([ninth.status, ninth.body.code], [429, 'too_many_followers'])
  const operators = await follow(node, OPERATOR_KEY)

  await node.call('DELETE', '/api/cluster/peers/plain')
  await Promise.all(followed.map(({ ended }) => ended))
  const again = await follow(node, await joinPlain(node))
  node.say('for those who may')
  for (const { told } of [operators, again]) await until(() => told().includes('for those who may'), 'a line')
})
