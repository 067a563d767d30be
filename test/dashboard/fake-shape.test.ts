import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { createLocalNode } from '../../src/local/node.ts'
import { differences } from '../local/engine/shape.ts'
import { container, json, startFakeEngine } from '../local/fake-engine.ts'
import { folder } from '../local/folder.ts'
import { deployment } from './world.ts'

test("a deployment of the dashboard's fake has the shape of one that an agent lists", async (t) => {
  const root = await folder(t, {
    'shop/compose.yaml': 'services: { web: { image: "nginx:1.28", ports: ["8080:80"] } }\n'
  })
  const engine = await startFakeEngine(t, {
    'GET /containers/json': (_, response) =>
      json(response, [container({ service: 'web', project: 'shop', dir: path.join(root, 'shop') })])
  })
  const node = createLocalNode({ deploymentsPath: root, dockerSocket: engine.socket, engineTimeoutMs: 60_000 })
  t.after(node.close)
  const { deployments } = await node.deployments()
  const fake = deployment('shop', ['nginx:1.27'])

  assert.deepEqual(differences([fake], deployments, /^$/), [])
  // What is not as it should be is said of some deployments only.
  assert.deepEqual(differences(deployments, [fake], /warnings|status_reason/), [])
  assert.deepEqual(fake.services[0]?.ports, deployments[0]?.services[0]?.ports)
})
