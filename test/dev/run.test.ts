import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, cpSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder, until } from '../daemon.ts'

const DEV = path.join(import.meta.dirname, '..', '..', 'src', 'dev')

/** A fresh clone, in which `npm ci` waits at a gate. */
function clone(t: TestContext) {
  const root = temporaryFolder(t)
  for (const name of ['run', 'runtime', 'stamp', 'turn'])
    cpSync(path.join(DEV, `${name}.mjs`), path.join(root, 'src', 'dev', `${name}.mjs`))
  writeFileSync(path.join(root, 'package-lock.json'), '{}')
  writeFileSync(path.join(root, 'where.mjs'), 'console.log(process.cwd())')
  mkdirSync(path.join(root, 'programs'))
  const npm = `#!/bin/sh
echo begun >> ${root}/log
cat ${root}/gate
mkdir -p node_modules/node/bin && ln -s ${process.execPath} node_modules/node/bin/node
`
  writeFileSync(path.join(root, 'programs', 'npm'), npm, { mode: 0o755 })
  assert.equal(spawnSync('mkfifo', [path.join(root, 'gate')]).status, 0)
  const env = { ...process.env, PATH: `${path.join(root, 'programs')}:${process.env.PATH}` }
  function run(words: string[], cwd = root) {
    const child = spawn(process.execPath, [path.join(root, 'src', 'dev', 'run.mjs'), ...words], { cwd, env })
    t.after(() => child.kill('SIGKILL'))
    const said = { out: '', err: '' }
    child.stdout.setEncoding('utf8').on('data', (text) => (said.out += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (said.err += text))
    return { said, ended: once(child, 'close').then(([code]) => code), child }
  }
  return { root, run, log: () => readFileSync(path.join(root, 'log'), 'utf8') }
}

test('two commands at once in a fresh clone install once', async (t) => {
  const { root, run, log } = clone(t)
  const first = run(['where.mjs'])
  await until(() => first.said.err.includes('Installing'), 'the first install')
  const second = run(['where.mjs'])
  await until(() => second.said.err !== '', 'what the second one says')
  assert.match(second.said.err, /Another command prepares this checkout/)
  closeSync(openSync(path.join(root, 'gate'), 'w'))
  assert.deepEqual(await Promise.all([first.ended, second.ended]), [0, 0])
  assert.equal(log(), 'begun\n')
})

test('an install that was killed is taken over', async (t) => {
  const { root, run } = clone(t)
  const { pid } = spawnSync('true')
  writeFileSync(path.join(root, '.installing'), String(pid))
  const next = run(['where.mjs'])
  await until(() => next.said.err !== '', 'what it says')
  assert.match(next.said.err, /Installing/)
  closeSync(openSync(path.join(root, 'gate'), 'w'))
  assert.equal(await next.ended, 0)
})

test('a program of the checkout runs in the checkout, and with --here where one stands', async (t) => {
  const { root, run } = clone(t)
  const elsewhere = temporaryFolder(t)
  const first = run(['where.mjs'], elsewhere)
  await until(() => first.said.err.includes('Installing'), 'the install')
  closeSync(openSync(path.join(root, 'gate'), 'w'))
  await first.ended
  assert.equal(first.said.out.trim(), root)
  const there = run(['--here', 'where.mjs'], elsewhere)
  await there.ended
  assert.equal(there.said.out.trim(), elsewhere)
})

test('the command of a checkout prints its answer and no banner', () => {
  const program = path.join(DEV, '..', '..', 'bin', 'flatrun-cluster')
  const { status, stdout } = spawnSync(program, ['version'], { encoding: 'utf8' })
  assert.deepEqual([status, stdout], [0, '0.1.0\n'])
})
