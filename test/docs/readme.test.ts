import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { startNode, temporaryFolder } from '../daemon.ts'

const root = path.join(import.meta.dirname, '..', '..')
const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
const run = promisify(execFile)

test('the lines that join two servers do what the page says', async (t) => {
  const folder = temporaryFolder(t)
  const [first, second] = [
    await startNode(t, { name: 'node-1', config: { 'auth.api_keys': [] } }),
    await startNode(t, { name: 'node-2', config: { 'auth.api_keys': [] } })
  ]
  symlinkSync(path.join(first.folder, 'data'), path.join(folder, 'data'))
  symlinkSync(path.join(second.folder, 'data'), path.join(folder, 'data2'))
  const lines = blocks.filter((block) => block.includes('curl')).join('\n')
  const script = lines.replaceAll('http://127.0.0.1:8090', first.url).replaceAll('http://127.0.0.1:8094', second.url)
  assert.ok(script.includes(first.url) && script.includes(second.url))

  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder })

  assert.match(stdout, /"peer_name":"node-1".*"status":"peered"/)
  assert.match(stdout, /"peers":\[\{"name":"node-2"/)
})

test('the two commands and every page that it points to are there', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  for (const [, script] of readme.matchAll(/npm (start|test|run [\w:]+)/g))
    assert.ok(scripts[(script ?? '').replace('run ', '')], script)
  for (const [, place] of readme.matchAll(/\]\((?!http)([^)#]+)\)/g))
    assert.ok(existsSync(path.join(root, place ?? '')), place)
  assert.ok(readme.split('\n').length <= 150)
})

test('the second agent of the page and the demo may run at the same time', () => {
  const demo = readFileSync(path.join(root, 'src', 'dev', 'demo.ts'), 'utf8')
  const first = Number(/FIRST_PORT = (\d+)/.exec(demo)?.[1])
  const second = Number(/FLATRUN_API__PORT=(\d+)/.exec(readme)?.[1])
  assert.ok(first > 0 && second > 0)
  assert.ok(second < first || second > first + 2, `${second} is one of the three of the demo, from ${first}`)
})
