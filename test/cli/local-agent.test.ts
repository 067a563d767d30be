import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { OPERATOR_KEY, startNode, temporaryFolder } from '../daemon.ts'
import { createCli } from './world.ts'

const root = process.getuid?.() === 0
const NOBODY = 65_534

/** A folder to stand in whose `data/url` leads to somebody who notes what he is told. */
async function trap(t: TestContext) {
  const heard: string[] = []
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`)
    response.setHeader('content-type', 'application/json').end('{}')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => server.close())
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  const cwd = temporaryFolder(t)
  const folder = path.join(cwd, 'data')
  mkdirSync(folder, { mode: 0o700 })
  const file = path.join(folder, 'url')
  writeFileSync(file, `http://127.0.0.1:${address.port}\n`, { mode: 0o600 })
  return { cwd, folder, file, heard }
}

test('a given key goes to no address that was found in the folder one stands in', async (t) => {
  const { cwd, heard } = await trap(t)
  const key = path.join(cwd, 'key')
  writeFileSync(key, `${OPERATOR_KEY}\n`)
  const cli = createCli(t, { cwd })
  for (const words of ['status --token canary', `status --token-file ${key}`, `login --token-file ${key}`]) {
    const { code, err } = await cli(words)
    assert.equal(code, 2, `${words}: ${err}`)
    assert.match(err, /--url/)
  }
  assert.equal((await cli('status', { env: { FLATRUN_TOKEN: 'canary' } })).code, 2)
  assert.deepEqual(heard, [])
})

for (const [what, spoil] of [
  ['its file may be written by others', ({ file }: { file: string }) => chmodSync(file, 0o666)],
  ['its folder may be written by others', ({ folder }: { folder: string }) => chmodSync(folder, 0o777)],
  ['its file is a group’s to write', ({ file }: { file: string }) => chmodSync(file, 0o620)]
] as const) {
  test(`an address that was found is not believed: ${what}`, async (t) => {
    const found = await trap(t)
    spoil(found)
    const { err } = await createCli(t, { cwd: found.cwd })('join TOKEN --timeout 1s --peer-url http://192.0.2.1')
    assert.match(err, /note: .*data was passed over: others may write/)
    assert.deepEqual(found.heard, [])
  })
}

test('an address that was found is not believed: it belongs to another user', {
  skip: !root && 'needs root'
}, async (t) => {
  const { cwd, folder, file, heard } = await trap(t)
  chownSync(file, NOBODY, NOBODY)
  const cli = createCli(t, { cwd })
  assert.match((await cli('peers --timeout 1s')).err, /passed over: .*url belongs to another user/)
  chownSync(folder, NOBODY, NOBODY)
  assert.match((await cli('peers --timeout 1s')).err, /passed over: .*data belongs to another user/)
  assert.deepEqual(heard, [])
  // Where its owner was named on purpose, his files are his.
  await cli('peers', { env: { FLATRUN_DATA_PATH: folder } })
  assert.deepEqual(heard, ['GET /api/cluster/peers '])
})

test('a pipe in the place of an address is not waited for', async (t) => {
  const cwd = temporaryFolder(t)
  mkdirSync(path.join(cwd, 'data'), { mode: 0o700 })
  assert.equal(spawnSync('mkfifo', [path.join(cwd, 'data', 'url')]).status, 0)
  const { err } = await createCli(t, { cwd })('peers --timeout 1s')
  assert.match(err, /passed over: .*url is no file/)
})

for (const chain of [['web.crt', 'ca.crt'], ['web.crt']])
  test(`on the server the command line reaches an agent whose certificate is for another name and by an authority unknown here, served as ${chain.join(' and ')}`, async (t) => {
    const folder = temporaryFolder(t)
    const openssl = (...words: string[]) => {
      const { status, stderr } = spawnSync('openssl', words, { cwd: folder, encoding: 'utf8' })
      assert.equal(status, 0, stderr)
    }
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=Our authority', '-days', '2')
    const name = ['-subj', '/CN=web-1.example.org', '-addext', 'subjectAltName=DNS:web-1.example.org', '-days', '2']
    openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      'web.key',
      '-out',
      'web.crt',
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      ...name
    )
    writeFileSync(path.join(folder, 'chain.crt'), chain.map((one) => readFileSync(path.join(folder, one))).join(''))

    const tls = { mode: 'files', cert: path.join(folder, 'chain.crt'), key: path.join(folder, 'web.key') }
    const node = await startNode(t, { folder, config: { 'api.tls': tls, 'auth.api_keys': [] } })
    const cli = createCli(t, { cwd: folder })
    const near = await cli('status')
    assert.equal(near.code, 0, near.err)

    // Another certificate at the address that was left is not the agent.
    const other = createCli(t, { cwd: folder })
    const port = new URL(node.url).port
    await node.stop()
    await startNode(t, { config: { 'api.tls.mode': 'auto', 'api.port': Number(port) } })
    const changed = await other('status')
    assert.equal(changed.code, 3)
    assert.doesNotMatch(changed.err, /key is not one of/)
  })
