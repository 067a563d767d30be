import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { createMetrics } from '../../src/metrics/metrics.ts'
import { BARE } from '../bare.ts'
import { startNode, type TestNode, temporaryFolder } from '../daemon.ts'
import { builtProgram } from '../program.ts'

const ROOT = path.join(import.meta.dirname, '..', '..')
const page = (name: string) => path.join(ROOT, 'docs', name)

test('every command of the page on commands works as it is written', async (t) => {
  const { a, b, run } = await world(t)
  symlinkSync(path.join(a.folder, 'token'), path.join(b.folder, 'token'))
  const pages = blocks('cli.md')
  assert.ok(pages.some((block) => block.includes('join - <')))
  for (const block of pages) await run(block, block.startsWith('# on the other server') ? b : a)
})

test('every command of the pages on the API and on monitoring works as it is written', async (t) => {
  const { a, run } = await world(t)
  const api = blocks('api.md')
  assert.ok(api.length > 2)
  await run(api.join('\n'), a)
  await run(blocks('monitoring.md').join('\n'), a)
})

/** `UPDATE=1` writes the table anew, to be read in the diff. */
test('the table of figures says what a scrape says', async () => {
  const metrics = createMetrics({ version: { version: '0', build_time: '', git_commit: '' } })
  const scrape = await metrics.text()
  const types = new Map([...scrape.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]))
  const rows = [...scrape.matchAll(/^# HELP (\S+) (.*)$/gm)].map(
    ([, name, help]) => `| \`${name}\` | ${types.get(name)} | ${help} |\n`
  )
  const table = `| figure | is | meaning |\n|---|---|---|\n${rows.toSorted().join('')}`
  const file = page('monitoring.md')
  const written = readFileSync(file, 'utf8')
  const wanted = written.replace(
    /(<!-- figures -->\n)[\s\S]*?(<!-- \/figures -->)/,
    (_, begin, end) => `${begin}${table}${end}`
  )
  if (process.env.UPDATE) writeFileSync(file, wanted)
  assert.equal(readFileSync(file, 'utf8'), wanted)
})

function blocks(name: string): string[] {
  return [...readFileSync(page(name), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
}

/** Two agents as they are on two servers: each with its folder, its data in it, and the command in the path. */
async function world(t: TestContext) {
  const shelf = temporaryFolder(t)
  const program = path.join(shelf, 'flatrun-cluster')
  writeFileSync(program, `#!/bin/sh\nexec ${process.execPath} ${builtProgram()} "$@"\n`, {
    mode: 0o755
  })
  const config = { 'auth.api_keys': [] }
  const a = await startNode(t, { name: 'web-1', folder: temporaryFolder(t), config })
  const b = await startNode(t, { name: 'web-2', folder: temporaryFolder(t), config })

  async function run(block: string, { folder, url }: TestNode): Promise<void> {
    const code = `set -e -o pipefail\n${block.replaceAll('http://127.0.0.1:8090', url)}`
    const env = { ...BARE, PATH: `${shelf}:${BARE.PATH}`, HOME: shelf }
    const child = spawn('bash', ['-c', code], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    assert.equal(status, 0, `${block}\n${out}\n${err}`)
  }
  return { a, b, run }
}
