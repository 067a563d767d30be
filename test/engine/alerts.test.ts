import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { createLooks } from '../alerts/looks.ts'
import { startReceiver } from '../cluster/handover/receiver.ts'
import { startNode } from '../daemon.ts'
import { folder } from '../local/folder.ts'
import { startEngine, whyNoEngine } from './engine.ts'

const OFF = { enabled: false }

const SHOP = `services:
  web:
    image: localhost/busybox:1
    network_mode: host
    restart: always
    command: ["sh", "-c", "sleep 2; exit 1"]
`

test('a container that its engine starts again and again is told as a loop, and that it was stopped', {
  skip: whyNoEngine(),
  timeout: 300_000
}, async (t) => {
  const engine = await startEngine()
  t.after(engine.stop)
  const { messages, config } = await startReceiver(t)
  const root = await folder(t, { 'shop/compose.yml': SHOP })
  const shop = path.join(root, 'shop')
  const { clock, lookUntil } = createLooks()
  await startNode(t, {
    ...{ name: 'here', clock, engineTimeoutMs: 60_000 },
    config: {
      ...{ ...config, deployments_path: root, docker_socket: engine.socket },
      // The young container is none of those that are judged by how they are.
      'alerts.rules': { disk: OFF, memory: OFF, load: OFF, deployment: OFF }
    }
  })
  const told = (count: number) => lookUntil(() => messages.length >= count, `${count} messages`)

  await engine.compose(shop, 'up', '-d')
  await told(1)
  const [opened] = messages
  assert.equal(opened?.title, 'here: deployment shop restarts again and again')
  assert.match(opened?.text ?? '', /In a loop: web\./)

  await engine.compose(shop, 'down', '-t', '0')
  await told(2)
  assert.equal(messages[1]?.title, 'here: deployment shop is stopped now')
})
