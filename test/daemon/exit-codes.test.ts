import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { BARE } from '../bare.ts'
import { temporaryFolder, until } from '../daemon.ts'
import { builtProgram } from '../program.ts'

const shipped = builtProgram()
const root = process.getuid?.() === 0

/** The process as a person starts it, with nothing of this one's environment. */
function start(t: TestContext, words: string[], env: Record<string, string | undefined> = {}, before: string[] = []) {
  const folder = temporaryFolder(t)
  const [program = '', ...rest] = [...before, process.execPath, shipped, ...words]
  const child = spawn(program, rest, {
    cwd: folder,
    env: { ...BARE, FLATRUN_API__PORT: '0', FLATRUN_DOCKER_SOCKET: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  t.after(() => child.kill('SIGKILL'))
  const said = { text: '', log: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said.log += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said.text += text
  })
  const gone = once(child, 'close').then(([code]) => code)
  const ready = () => until(() => /ready on (\S+)/.exec(said.text)?.[1], 'a ready daemon')
  return { child, gone, said, ready, folder }
}

/** Ends with one line that says what to do, and with this code. */
async function ends(t: TestContext, code: number, line: RegExp, env: Record<string, string>, before?: string[]) {
  const { gone, said } = start(t, ['agent'], env, before)
  assert.equal(await gone, code, said.text)
  assert.match(said.text, line)
  assert.equal(said.text.trim().split('\n').length, 1, said.text)
}

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  test(`${signal} ends it with 0`, async (t) => {
    const { child, gone, ready } = start(t, ['agent'])
    await ready()
    child.kill(signal)
    assert.equal(await gone, 0)
  })

test('the shipped agent writes lines for people, and takes another format at a reload', async (t) => {
  const folder = temporaryFolder(t)
  const config = path.join(folder, 'config.yml')
  const format = (word: string) => writeFileSync(config, `logging: { format: ${word} }\ncluster: { enabled: true }\n`)
  format('text')
  const { child, ready, said } = start(t, ['agent', '--config', config], {
    FLATRUN_DATA_PATH: path.join(folder, 'data')
  })
  await ready()
  await until(() => /^\[\d\d:\d\d:\d\d\] INFO: Server listening/m.test(said.log), 'a line for people')
  format('json')
  child.kill('SIGHUP')
  await until(() => /^\{.*"changed":\["logging.format"\]/m.test(said.log), 'a line of JSON')
})

test('a wrong word ends with 64', async (t) => {
  const { gone, said } = start(t, ['agent', '--confg', 'x'])
  assert.equal(await gone, 64)
  assert.match(said.text, /--confg.*Did you mean --config\?/s)
})

test('a port that is taken ends with 71', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  t.after(() => taken.close())
  await once(taken, 'listening')
  const address = taken.address()
  assert.ok(typeof address === 'object' && address)
  await ends(t, 71, /port \d+ on 127\.0\.0\.1 is taken; stop what listens there, or set api\.port/, {
    FLATRUN_API__PORT: String(address.port)
  })
})

test('an address that is none of ours ends with 71', async (t) => {
  await ends(t, 71, /192\.0\.2\.1 is no address of this machine/, { FLATRUN_API__HOST: '192.0.2.1' })
})

test('a data path that cannot be made ends with 73', async (t) => {
  const file = path.join(temporaryFolder(t), 'file')
  writeFileSync(file, '')
  await ends(t, 73, /data_path .* cannot be created/, { FLATRUN_DATA_PATH: path.join(file, 'data') })
})

test('a data path that cannot be written ends with 74', async (t) => {
  const folder = path.join(temporaryFolder(t), 'data')
  mkdirSync(folder, { mode: 0o500 })
  // Root writes everywhere but on a read-only file system.
  const before = root
    ? ['unshare', '--mount', 'sh', '-c', `mount -t tmpfs -o ro,mode=700 tmpfs ${folder} && exec "$@"`, 'sh']
    : []
  if (root && spawnSync('unshare', ['--mount', 'true']).status !== 0) return t.skip('mounts are not allowed here')
  await ends(t, 74, /secret cannot be written/, { FLATRUN_DATA_PATH: folder }, before)
  // With secrets of its own in the config, the lock is the first that is written.
  const secrets = { FLATRUN_AUTH__JWT_SECRET: 'x'.repeat(40), FLATRUN_AUTH__API_KEYS: 'y'.repeat(40) }
  await ends(t, 74, /lock cannot be written/, { FLATRUN_DATA_PATH: folder, ...secrets }, before)
})

test('a disk that is full ends with 74', { skip: root ? false : 'needs root, for a small disk' }, async (t) => {
  const folder = path.join(temporaryFolder(t), 'data')
  mkdirSync(folder)
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0) return t.skip('mounts are not allowed here')
  const small = `mount -t tmpfs -o size=16k,mode=700 tmpfs ${folder} && exec "$@"`
  await ends(t, 74, /cannot be (read or )?written/, { FLATRUN_DATA_PATH: folder }, [
    'unshare',
    '--mount',
    'sh',
    '-c',
    small,
    'sh'
  ])
})

test('a data path that others may write ends with 78, and nothing is made in it', async (t) => {
  const folder = path.join(temporaryFolder(t), 'data')
  mkdirSync(folder)
  const line = new RegExp(`other users may write the data path ${folder};.* chmod go-w ${folder}`)
  for (const mode of [0o777, 0o1777, 0o703]) {
    chmodSync(folder, mode)
    await ends(t, 78, line, { FLATRUN_DATA_PATH: folder })
  }
  assert.deepEqual(readdirSync(folder), [])
})

test('a key that others can read, or have put there, ends with 78', async (t) => {
  const folder = path.join(temporaryFolder(t), 'data')
  mkdirSync(folder, { mode: 0o700 })
  for (const name of ['secret', 'admin.key', 'tls.key']) {
    const file = path.join(folder, name)
    const env = { FLATRUN_DATA_PATH: folder, FLATRUN_API__TLS__MODE: 'auto' }
    if (name === 'tls.key') writeFileSync(path.join(folder, 'tls.crt'), '')
    writeFileSync(file, `fr_${'x'.repeat(43)}`)
    chmodSync(file, 0o604)
    await ends(t, 78, new RegExp(`other users may read or write ${file};.* chmod 600 ${file}`), env)
    chmodSync(file, 0o600)
    if (root) {
      chownSync(file, 4_242, 0)
      await ends(t, 78, new RegExp(`${file} belongs to another user .uid 4242.;.* chown 0 ${file}`), env)
    }
    rmSync(file)
  }
  if (!root) return
  chownSync(folder, 4_242, 0)
  await ends(t, 78, /data path .* belongs to another user/, { FLATRUN_DATA_PATH: folder })
})

test('a volume that is handed over by our own group is taken', async (t) => {
  const folder = path.join(temporaryFolder(t), 'data')
  mkdirSync(folder)
  chmodSync(folder, 0o2770)
  writeFileSync(path.join(folder, 'admin.key'), `fr_${'x'.repeat(43)}`)
  chmodSync(path.join(folder, 'admin.key'), 0o660)
  const { child, gone, ready } = start(t, ['agent'], { FLATRUN_DATA_PATH: folder })
  await ready()
  child.kill('SIGTERM')
  assert.equal(await gone, 0)
})

test('a second agent on the same data path ends with 75, and the first goes on', async (t) => {
  const first = start(t, ['agent'])
  const url = await first.ready()
  const folder = path.join(first.folder, 'data')
  const line = new RegExp(`another agent holds the data path ${folder}; stop it, or give this one its own`)
  await ends(t, 75, line, { FLATRUN_DATA_PATH: folder })
  assert.equal((await fetch(`${url}/api/health`)).status, 200)
})

test('a wrong config ends with 78 and every fault', async (t) => {
  const { gone, said } = start(t, ['agent'], { FLATRUN_API__PORT: 'x', FLATRUN_CLUSTER__ENABLED: 'perhaps' })
  assert.equal(await gone, 78)
  assert.equal(said.text.trim().split('\n').length, 2)
})

test('a wrong secret ends with 78', async (t) => {
  const first = start(t, ['agent'])
  await first.ready()
  first.child.kill('SIGTERM')
  await first.gone
  await ends(t, 78, /secret/, {
    FLATRUN_DATA_PATH: path.join(first.folder, 'data'),
    FLATRUN_AUTH__JWT_SECRET: 'another-secret-0123456789abcdef0123'
  })
})

test('a config that the agent cannot start with is wrong for `config check` too', async (t) => {
  for (const [name, value] of [
    ['FLATRUN_API__TRUST_PROXY', 'caddy'],
    ['FLATRUN_API__TRUST_PROXY', '10.0.0.0/33'],
    ['FLATRUN_DOCKER_SOCKET', 'tcp://'],
    ['FLATRUN_API__HOST', '::1]']
  ] as const) {
    await ends(t, 78, new RegExp(`^${name}: `), { [name]: value })
    const { gone } = start(t, ['config', 'check'], { [name]: value })
    assert.equal(await gone, 78)
  }
})

test('whatever goes wrong between config and listening ends the process, with its code', async (t) => {
  const folder = path.join(temporaryFolder(t), 'data')
  mkdirSync(path.join(folder, 'url'), { recursive: true })
  await ends(t, 74, /url cannot be written/, { FLATRUN_DATA_PATH: folder })
})

test('after a reload that was refused SIGTERM still ends it with 0', async (t) => {
  const folder = temporaryFolder(t)
  const file = path.join(folder, 'config.yml')
  const taken = createServer().listen(0, '127.0.0.1')
  t.after(() => taken.close())
  await once(taken, 'listening')
  const address = taken.address()
  assert.ok(typeof address === 'object' && address)
  writeFileSync(file, 'api: { port: 0 }')
  const { child, gone, ready, said } = start(t, ['agent', '--config', file], { FLATRUN_API__PORT: undefined })
  await ready()
  for (const refused of ['api: { trust_proxy: [caddy] }', `api: { port: ${address.port} }`]) {
    writeFileSync(file, refused)
    child.kill('SIGHUP')
    await until(() => said.log.includes('refused; the old one counts'), 'a refusal')
    said.log = ''
  }
  child.kill('SIGTERM')
  assert.equal(await gone, 0)
})

test('SIGUSR1 opens no debugger', async (t) => {
  const { child, gone, said, ready } = start(t, ['agent'])
  const url = await ready()
  child.kill('SIGUSR1')
  child.kill('SIGHUP')
  await until(() => said.log.includes('the config was read again'), 'a reload')
  assert.equal((await fetch(`${url}/api/health`)).status, 200)
  child.kill('SIGTERM')
  assert.equal(await gone, 0)
  assert.doesNotMatch(said.text, /Debugger/)
})
