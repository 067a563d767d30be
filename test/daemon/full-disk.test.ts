import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { BARE } from '../bare.ts'
import { startHostileInviter } from '../cluster/joining/hostile-inviter.ts'
import { authorized, request, temporaryFolder, until } from '../daemon.ts'
import { builtProgram } from '../program.ts'

const program = builtProgram()
const KEY = 'test-operator-key-0123456789abcdef'

/** The agent as a process, its log in a file or in a pipe. */
function start(t: TestContext, folder: string, stdout: number | 'pipe', dataPath = path.join(folder, 'data')) {
  const env = {
    ...BARE,
    FLATRUN_API__PORT: '0',
    FLATRUN_DOCKER_SOCKET: '',
    FLATRUN_DATA_PATH: dataPath,
    FLATRUN_AUTH__API_KEYS: KEY
  }
  const child = spawn(process.execPath, [program, 'agent'], { cwd: folder, env, stdio: ['ignore', stdout, 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  const said = { text: '' }
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said.text += text
  })
  const gone = once(child, 'exit').then(([code]) => code)
  const ready = () => until(() => /ready on (\S+)/.exec(said.text)?.[1], 'a ready daemon')
  return { child, gone, ready, said }
}

/** A disk of that size, and a way to fill it; undefined where none may be made. */
function smallDisk(t: TestContext, size: string): { folder: string; fill(): void; free(): void } | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'flatrun-cluster-disk-'))
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', folder]).status === 0
  t.after(() => {
    if (made) spawnSync('umount', ['--lazy', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  if (!made) return undefined
  const filler = path.join(folder, 'filler')
  return {
    folder,
    fill: () => {
      for (const step of [65_536, 1_024, 1]) {
        try {
          for (;;) writeFileSync(filler, Buffer.alloc(step), { flag: 'a' })
        } catch {}
      }
    },
    free: () => rmSync(filler)
  }
}

test('an agent whose log nobody reads any more goes on, and ends with 0', async (t) => {
  const { child, gone, ready } = start(t, temporaryFolder(t), 'pipe')
  const url = await ready()
  child.stdout?.destroy()
  child.stderr?.destroy()
  for (let reloads = 0; reloads < 3; reloads++) {
    child.kill('SIGHUP')
    assert.equal((await request(`${url}/api/health`)).status, 200)
  }
  child.kill('SIGTERM')
  assert.equal(await gone, 0)
})

test('an agent whose log is on a full disk goes on, and logs again when there is room', async (t) => {
  const disk = smallDisk(t, '64k')
  if (!disk) return t.skip('needs root, for a small disk')
  const file = path.join(disk.folder, 'log')
  const { child, gone, ready } = start(t, temporaryFolder(t), openSync(file, 'a'))
  const url = await ready()
  const reload = async (times: number) => {
    child.kill('SIGHUP')
    const events = async () =>
      (await request(`${url}/api/cluster/events?follow=false`, { headers: authorized(KEY) })).text.split(
        'config.reloaded'
      )
    await until(async () => (await events()).length > times)
  }
  disk.fill()
  const before = readFileSync(file, 'utf8')
  await reload(1)
  assert.equal((await request(`${url}/api/health`)).status, 200)
  disk.free()
  await reload(2)
  assert.match(readFileSync(file, 'utf8').slice(before.length), /the config was read again/)
  child.kill('SIGTERM')
  assert.equal(await gone, 0)
})

test('SIGTERM on a full disk ends with 0, and without a flood of stacks', async (t) => {
  const disk = smallDisk(t, '2m')
  if (!disk) return t.skip('needs root, for a small disk')
  const folder = temporaryFolder(t)
  const data = path.join(disk.folder, 'data')
  mkdirSync(data)
  const log = path.join(folder, 'log')
  const { child, gone, ready } = start(t, folder, openSync(log, 'a'), data)
  const url = await ready()
  disk.fill()
  const call = (method: string, where: string) => request(url + where, { method, headers: authorized(KEY) })
  await until(async () => (await call('POST', '/api/cluster/invite')).status === 503, 'a write that is refused')
  assert.equal((await call('GET', '/api/cluster/peers')).status, 200)
  child.kill('SIGTERM')
  assert.equal(await gone, 0)
  const stacks = readFileSync(log, 'utf8').split('"stack"').length - 1
  assert.ok(stacks <= 5, readFileSync(log, 'utf8'))
})

test('a joiner whose disk is full when the answer comes has joined once there is room', async (t) => {
  const disk = smallDisk(t, '2m')
  if (!disk) return t.skip('needs root, for a small disk')
  const data = path.join(disk.folder, 'data')
  mkdirSync(data)
  const { ready } = start(t, temporaryFolder(t), 'pipe', data)
  const url = await ready()
  const call = (method: string, where: string, body?: unknown) =>
    request(url + where, { method, headers: authorized(KEY), ...(body === undefined ? {} : { body }) })
  const inviter = await startHostileInviter(t)
  inviter.holdNext(async () => {
    disk.fill()
    await until(async () => (await call('POST', '/api/cluster/invite')).status === 503, 'a write that is refused')
  })

  const accept = { invite_token: inviter.invite('node-b'), callback_url: url, skip_checks: true }
  const answer = await call('POST', '/api/cluster/accept', accept)

  assert.ok(answer.status >= 500, answer.text)
  assert.deepEqual((await call('GET', '/api/cluster/peers')).body.peers, [])
  disk.free()
  await until(async () => {
    const { body } = await call('GET', '/api/cluster/peers')
    return body.peers.some(({ name }: { name: string }) => name === 'node-b')
  }, 'the join')
})
