import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { bundle } from '../../src/dev/build/bundle.ts'
import { layOutPackage } from '../../src/dev/build/npm.ts'
import { temporaryFolder, until } from '../daemon.ts'

const root = path.join(import.meta.dirname, '..', '..')
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))

/** The package installed as `npm install --global` does it, with nothing to fetch. */
async function installed(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t)
  const source = path.join(folder, 'source')
  await layOutPackage(source)
  const packed = npm(['pack', '--json', '--pack-destination', folder], source)
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

test('what is shipped is held by dependencies alone, so that audits and update bots see it', async (t) => {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages
  const held = await bundle(temporaryFolder(t))
  assert.ok(held.length > 50, 'the bundle holds packages')
  assert.deepEqual(
    held.filter((folder) => lock[folder] === undefined || lock[folder].dev === true),
    []
  )
  const browser = imported('src/dashboard')
  assert.ok(browser.has('preact'))
  assert.deepEqual(
    [...browser].filter((name) => !(name in manifest.dependencies)),
    []
  )
})

/** The packages that files of a folder import. */
function imported(folder: string): Set<string> {
  const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
  const texts = files
    .filter((name) => /\.(tsx?|css)$/.test(name))
    .map((name) => readFileSync(path.join(root, folder, name), 'utf8'))
  const names = texts.flatMap((text) => [
    ...text.matchAll(/(?:\bfrom |^import |\bimport\()'((?:@[^/']+\/)?[^./'][^/']*)|url\("(@[^/]+\/[^/]+)\//gm)
  ])
  return new Set(names.map(([, script, style]) => script ?? style ?? '').filter((name) => !name.startsWith('node:')))
}

test('what npm packs is one program that runs where it is installed, dashboard and all', async (t) => {
  const prefix = await installed(t)
  const data = temporaryFolder(t)
  const folder = path.join(prefix, 'lib', 'node_modules', 'flatrun-cluster')
  const program = path.join(folder, 'dist', 'flatrun-cluster.js')
  const own = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  assert.deepEqual([own.version, own.dependencies, own.scripts], [manifest.version, undefined, undefined])
  assert.ok(existsSync(path.join(prefix, 'share', 'man', 'man8', 'flatrun-cluster.8')), 'the manual is linked')
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
  const description = await (await fetch(`${url}/api/openapi.json`)).text()
  assert.equal(JSON.parse(description).info.version, manifest.version)
  const page = await (await fetch(`${url}/`)).text()
  const script = /src="\.(\/assets\/[^"]+)"/.exec(page)?.[1]
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
