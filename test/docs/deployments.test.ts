import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { join, OPERATOR_KEY, sees, startNode } from '../daemon.ts'
import { container, frame, json, startFakeEngine } from '../local/fake-engine.ts'
import { folder } from '../local/folder.ts'
import { builtProgram } from '../program.ts'

async function node(t: TestContext, name: string) {
  const root = await folder(t, { 'shop/compose.yml': 'services: { web: { image: nginx } }\n' })
  const fake = await startFakeEngine(t, {
    'GET /containers/json': (_, response) =>
      json(response, [container({ service: 'web', id: 'web', project: 'shop', dir: path.join(root, 'shop') })]),
    'GET /containers/web/json': (_, response) => json(response, { Config: {} }),
    'GET /containers/web/stats': (_, response) => json(response, {}),
    'GET /containers/web/logs': (_, response) => response.end(frame(1, '2026-11-23T08:15:30Z ready\n')),
    'POST /containers/web/stop': (_, response) => response.writeHead(204).end(),
    'POST /containers/web/start': (_, response) => response.writeHead(204).end()
  })
  return startNode(t, { name, config: { deployments_path: root, docker_socket: fake.socket } })
}

test('every command of the page about deployments works as it is written', async (t) => {
  const first = await node(t, 'node-1')
  const second = await node(t, 'node-2')
  await join(first, second)
  await sees(first, 'node-2', 'online')
  const page = readFileSync(path.join(import.meta.dirname, '..', '..', 'docs', 'deployments.md'), 'utf8')
  const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map((match) => match[1] ?? '')
  const commands = blocks
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('curl')).length
  assert.ok(commands > 15)

  const installed = `flatrun-cluster() { ${process.execPath} ${builtProgram()} "$@"; }\n`
  // As it is written, but for the seconds that it would wait on each server.
  const script =
    installed +
    blocks.join('\n').replace('http://127.0.0.1:8090', first.url).replace('--on node-1,node-2', '$& --settle 0')
  const cwd = await folder(t, { 'data/admin.key': OPERATOR_KEY })
  const env = { ...process.env, FLATRUN_URL: first.url, FLATRUN_TOKEN: OPERATOR_KEY }
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd, env })

  assert.match(stdout, /NAME +STATUS.*\nshop +running/)
  assert.match(stdout, /node-2 {2}done/)
  assert.match(stdout, /"status":"running"/)
  assert.match(stdout, /shop-web-1 \| ready/)
  assert.match(stdout, /event: end/)
  assert.match(stdout, /"message":"Deployment restarted"/)
  assert.match(stdout, /"summary":\{"done":2,"failed":0,"skipped":0,"total":2\}/)
})
