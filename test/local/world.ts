import type { TestContext } from 'node:test'
import type { DeploymentChange } from '../../src/local/listing/status-changes.ts'
import { createLocalNode } from '../../src/local/node.ts'

export const COMPOSE =
  'services:\n  web:\n    image: nginx:1.27\n    ports: ["8080:80"]\n  db:\n    image: postgres:17\n'

export async function start(t: TestContext, deploymentsPath: string, dockerSocket: string, engineTimeoutMs = 2_000) {
  const changes: DeploymentChange[] = []
  const node = createLocalNode({
    deploymentsPath,
    dockerSocket,
    engineTimeoutMs,
    onDeploymentChange: (change) => changes.push(change)
  })
  t.after(() => node.close())
  return { ...node, changes }
}
