import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { authorized, join, OPERATOR_KEY, sees, startNode } from '../daemon.ts'
import { folder } from '../local/folder.ts'
import { startEngine, whyNoEngine } from './engine.ts'

const why = whyNoEngine()
let engine: Awaited<ReturnType<typeof startEngine>>

before(async () => {
  if (why === undefined) engine = await startEngine()
})
after(async () => {
  if (why === undefined) await engine.stop()
})

const COMPOSE = `version: "3.8"
services:
  web:
    image: localhost/busybox:1
    network_mode: host
    stop_grace_period: 2s
    command: ["sh", "-c", "trap 'exit 0' TERM; echo hello from a server; while true; do sleep 0.1; done"]
`

/** Two servers that share an engine here, as they would not in life: the project's name keeps them apart. */
async function server(t: TestContext, name: string) {
  const ends: (() => Promise<unknown>)[] = []
  t.after(async () => {
    for (const end of ends) await end()
  })
  const root = await folder(t, {
    'shop/docker-compose.yml': COMPOSE,
    'shop/.env': `COMPOSE_PROJECT_NAME=shop-${name}\n`
  })
  ends.push(() => engine.compose(path.join(root, 'shop'), 'down', '-t', '0'))
  const config = { deployments_path: root, docker_socket: engine.socket }
  return startNode(t, { name, config, engineTimeoutMs: 60_000 })
}

test('from one server a deployment of another is started, watched and restarted', {
  skip: why,
  timeout: 180_000
}, async (t) => {
  const a = await server(t, 'a')
  const b = await server(t, 'b')
  await join(b, a)
  await sees(a, 'b', 'online')
  const there = '/api/cluster/peers/b/proxy/deployments/shop'

  const started = await a.call('POST', `${there}/start`)
  assert.deepEqual([started.status, started.body.deployment?.status], [200, 'running'], started.text)
  const { servers } = (await a.call('GET', '/api/cluster/deployments?name=shop')).body
  assert.deepEqual([servers.a.data[0].status, servers.b.data[0].status], ['stopped', 'running'])

  const leaving = new AbortController()
  const followed = await fetch(`${a.url}${there}/logs?follow=true`, {
    headers: authorized(OPERATOR_KEY),
    signal: leaving.signal
  })
  const hellos = reading(followed)
  await hellos(1)

  await a.call('POST', '/api/deployments/shop/start')
  const rollout = await a.call('POST', '/api/cluster/deployments/shop/restart?servers=a,b&settle_seconds=0')
  assert.match(rollout.text, /"summary":\{"done":2,"failed":0,"skipped":0,"total":2\}/)
  await hellos(2)
  leaving.abort()

  const stopped = await a.call('POST', `${there}/stop`)
  assert.equal(stopped.body.deployment.status, 'stopped')
})

/** Reads on until the containers have said so many hellos. */
function reading(followed: Response): (wanted: number) => Promise<void> {
  const reader = followed.body?.pipeThrough(new TextDecoderStream()).getReader()
  let seen = ''
  return async (wanted) => {
    while (seen.split('hello from a server').length - 1 < wanted) {
      const piece = await reader?.read()
      assert.ok(piece?.value !== undefined, `the log (${followed.status}) ended after: ${seen}`)
      seen += piece.value
    }
  }
}
