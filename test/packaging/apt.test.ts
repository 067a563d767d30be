import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { buildApt } from '../../src/dev/build/apt.ts'
import { temporaryFolder } from '../daemon.ts'

const missing = ['apt-get', 'dpkg-deb', 'gpg', 'gpgv'].filter(
  (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0
)
const skip = missing.length > 0 && `not here: ${missing.join(', ')}`
const AT = 1_790_000_000

/** A package of this name that holds nothing: only what apt reads of it matters. */
function packed(t: TestContext, version: string): string {
  const folder = temporaryFolder(t)
  const control = `Package: flatrun-cluster\nVersion: ${version}\nArchitecture: amd64\nMaintainer: x <x@example.org>\nDescription: for a test\n`
  mkdirSync(path.join(folder, 'tree', 'DEBIAN'), { recursive: true })
  writeFileSync(path.join(folder, 'tree', 'DEBIAN', 'control'), control)
  const file = path.join(folder, `flatrun-cluster_${version}_amd64.deb`)
  must('dpkg-deb', ['--root-owner-group', '-Znone', '--build', path.join(folder, 'tree'), file])
  return file
}

function secretKey(t: TestContext): string {
  const folder = temporaryFolder(t)
  const gpg = ['--homedir', folder, '--batch', '--passphrase', '', '--pinentry-mode', 'loopback']
  must('gpg', [...gpg, '--quick-generate-key', 'a test', 'ed25519', 'sign', 'never'])
  must('gpg', [...gpg, '--armor', '--output', path.join(folder, 'key.asc'), '--export-secret-keys'])
  spawnSync('gpgconf', ['--homedir', folder, '--kill', 'all'])
  return path.join(folder, 'key.asc')
}

/** A host that serves the files of a folder and does nothing else. */
async function host(t: TestContext, folder: string): Promise<string> {
  const server = createServer((request, answer) => {
    const file = path.join(folder, path.normalize(request.url ?? '/'))
    if (existsSync(file)) answer.end(readFileSync(file))
    else answer.writeHead(404).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}`
}

/** A machine's apt with this one source, and nothing of this machine's. */
function machine(t: TestContext, sources: string) {
  const root = temporaryFolder(t)
  for (const folder of ['etc/apt/sources.list.d', 'lists/partial', 'cache/archives/partial', 'got'])
    mkdirSync(path.join(root, folder), { recursive: true })
  cpSync(sources, path.join(root, 'etc/apt/sources.list.d/flatrun-cluster.sources'))
  writeFileSync(path.join(root, 'status'), '')
  writeFileSync(
    path.join(root, 'apt.conf'),
    `Dir::Etc "${root}/etc/apt"; Dir::State::lists "${root}/lists"; Dir::State::status "${root}/status"; Dir::Cache "${root}/cache";
APT::Architecture "amd64"; APT::Sandbox::User "root"; Acquire::Languages "none"; Acquire::Retries "0";\n`
  )
  return async (...words: string[]) => {
    const env = { PATH: process.env.PATH, APT_CONFIG: path.join(root, 'apt.conf'), LC_ALL: 'C' }
    const child = spawn('apt-get', words, { cwd: path.join(root, 'got'), env })
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    return { code, said: out + err, got: readdirSync(path.join(root, 'got')) }
  }
}

test('apt takes the newest package from a host of static files, and trusts its key alone', { skip }, async (t) => {
  const out = path.join(temporaryFolder(t), 'apt')
  const url = await host(t, out)
  const key = secretKey(t)
  await buildApt({ out, packages: [packed(t, '1.0.0')], key, url, at: AT })
  // The one that was published before stays, for those who go back.
  await buildApt({ out, packages: [packed(t, '1.10.0')], key, url, at: AT })
  const apt = machine(t, path.join(out, 'flatrun-cluster.sources'))
  const update = await apt('update', '--error-on=any')
  assert.equal(update.code, 0, update.said)
  const { got, said } = await apt('download', 'flatrun-cluster')
  assert.deepEqual(got, ['flatrun-cluster_1.10.0_amd64.deb'], said)
  assert.equal((await apt('download', 'flatrun-cluster=1.0.0')).code, 0)

  const index = path.join(out, 'dists/stable/InRelease')
  writeFileSync(index, readFileSync(index, 'utf8').replace('Label: flatrun', 'Label: Flatrun'))
  const changed = await apt('update', '--error-on=any')
  assert.notEqual(changed.code, 0)
  assert.match(changed.said, /BADSIG|invalid|not signed/i)
  await buildApt({ out, packages: [], key: secretKey(t), url, at: AT })
  const foreign = await apt('update', '--error-on=any')
  assert.match(foreign.said, /NO_PUBKEY|not available|not signed/i)
})

test('the same packages and key give the same repository', { skip }, async (t) => {
  const [file, key] = [packed(t, '1.0.0'), secretKey(t)]
  const built = async () => {
    const out = temporaryFolder(t)
    await buildApt({ out, packages: [file], key, url: 'https://packages.example.org', at: AT })
    const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    return files
      .map(({ parentPath, name }) => path.join(parentPath, name))
      .map((place) => [path.relative(out, place), readFileSync(place, 'base64')])
      .toSorted()
  }
  const first = await built()
  assert.ok(first.length > 7, first.map(([name]) => name).join())
  assert.deepEqual(await built(), first)
})

test('a repository without a package is not published', { skip }, async (t) => {
  const empty = { out: temporaryFolder(t), packages: [], key: '', url: 'https://packages.example.org', at: AT }
  await assert.rejects(buildApt(empty), /no package to publish/)
})

function must(program: string, words: string[]): void {
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}
