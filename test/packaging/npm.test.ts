import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { bundle } from '../../src/dev/build/bundle.ts'
import { temporaryFolder, until } from '../daemon.ts'

const root = path.join(import.meta.dirname, '..', '..')
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))

/** The package installed as `npm install --global` does it, with nothing to fetch. */
async function installed(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t)
  const source = path.join(folder, 'source')
  mkdirSync(source)
  for (const name of ['package.json', 'README.md', 'LICENSE', 'docs'])
    cpSync(path.join(root, name), path.join(source, name), { recursive: true, force: true })
  await bundle(path.join(source, 'dist'))
  const packed = npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], source)
  const [{ filename }] = JSON.parse(packed)
  const prefix = path.join(folder, 'prefix')
  npm(['install', '--global', '--offline', '--no-audit', '--prefix', prefix, path.join(folder, filename)], folder)
  return prefix
}

function npm(words: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync('npm', words, { cwd, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return stdout
}

test('the package needs nothing else, and runs no script while it is installed', () => {
  assert.equal(manifest.dependencies, undefined)
  assert.equal(manifest.optionalDependencies, undefined)
  assert.deepEqual(
    ['preinstall', 'install', 'postinstall', 'prepare'].filter((name) => name in manifest.scripts),
    []
  )
  assert.equal(manifest.scripts.prepack, 'npm run build')
})

test('what npm packs is one program that runs where it is installed, dashboard and all', async (t) => {
  const prefix = await installed(t)
  const data = temporaryFolder(t)
  const program = path.join(prefix, 'lib', 'node_modules', 'flatrun-cluster', 'dist', 'flatrun-cluster.js')
  assert.ok(readFileSync(path.join(prefix, 'bin', 'flatrun-cluster'), 'utf8').startsWith('#!/usr/bin/env node\n'))

  const env = { PATH: '', FLATRUN_API__PORT: '0', FLATRUN_DATA_PATH: data, FLATRUN_DOCKER_SOCKET: '' }
  const child = spawn(process.execPath, [program, 'agent'], { cwd: data, env, stdio: ['ignore', 'ignore', 'pipe'] })
  const gone = once(child, 'exit')
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  const url = await until(() => /ready on (\S+)/.exec(said)?.[1], 'a ready daemon')
  const health = await fetch(`${url}/api/health`)
  assert.equal(health.status, 200)
  assert.match(JSON.stringify(await health.json()), new RegExp(`"version":"${manifest.version}"`))
  const page = await (await fetch(`${url}/`)).text()
  const script = /src="(\/assets\/[^"]+)"/.exec(page)?.[1]
  assert.ok(script, page)
  for (const place of [script, '/docs', '/docs/swagger-ui-bundle.js', '/docs/start.js', '/api/openapi.json'])
    assert.equal((await fetch(`${url}${place}`)).status, 200, place)

  child.kill('SIGTERM')
  assert.deepEqual(await gone, [0, null])
  assert.doesNotMatch(said, /Warning/)
})

test('a Node that is too old is told so in one line', {
  skip: oldNode() === undefined ? 'no older Node is here' : false
}, () => {
  const { status, stderr } = spawnSync(oldNode() ?? '', [path.join(root, 'src', 'launcher.mjs')], {
    encoding: 'utf8'
  })
  assert.equal(status, 69)
  assert.match(stderr, /^flatrun-cluster needs Node 22\.19 or newer, and this is \d+\.\d+\.\d+\. .*\n$/)
})

/** The Node of the system, where it is an older one than that of the checkout. */
function oldNode(): string | undefined {
  const places = (process.env.PATH ?? '').split(':').map((folder) => path.join(folder, 'node'))
  return places.find(
    (place) => Number(/^v(\d+)/.exec(spawnSync(place, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1]) < 22
  )
}
