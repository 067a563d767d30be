import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { BARE } from '../bare.ts'
import { authorized, OPERATOR_KEY, request, startNode, temporaryFolder, until } from '../daemon.ts'
import { builtProgram } from '../program.ts'
import { createAdmin } from './world.ts'

const program = builtProgram()

/** A machine with the service installed, whose `systemctl` knows this one agent. */
async function machine(
  t: TestContext,
  { config = '', env = {} }: { config?: string; env?: Record<string, string> } = {}
) {
  const root = temporaryFolder(t)
  const file = path.join(root, 'etc/flatrun-cluster/config.yml')
  const data = path.join(root, 'var/lib/flatrun-cluster')
  for (const folder of ['etc/flatrun-cluster', 'var/lib', 'run/systemd/system', 'bin'])
    mkdirSync(path.join(root, folder), { recursive: true })
  writeFileSync(
    file,
    `docker_socket: ""\napi: { port: 0 }\ncluster:\n  enabled: true\n  server_name: web-1 # mine\n${config}`
  )
  const child = spawn(process.execPath, [program, 'agent', '--config', file], {
    cwd: root,
    env: { ...BARE, FLATRUN_DATA_PATH: data, ...env },
    stdio: ['ignore', 'ignore', 'pipe']
  })
  const gone = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await gone
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  await until(() => said.includes('ready on'), 'a ready agent')
  const systemctl = `#!/bin/sh\ncase $1 in is-active) kill -0 ${child.pid} && echo active ;; reload) kill -HUP ${child.pid} ;; esac\n`
  writeFileSync(path.join(root, 'bin/systemctl'), systemctl, { mode: 0o755 })
  const admin = createAdmin(t, root, {
    cwd: root,
    env: { PATH: `${path.join(root, 'bin')}:${process.env.PATH}`, FLATRUN_DATA_PATH: data, ...env }
  })
  const status = async () => {
    const url = readFileSync(path.join(data, 'url'), 'utf8').trim()
    const key = readFileSync(path.join(data, 'admin.key'), 'utf8').trim()
    return {
      url,
      headers: authorized(key),
      ...(await request(`${url}/api/cluster/status`, { headers: authorized(key) })).body
    }
  }
  return { admin, file, child, gone, status }
}

test('a reload says what the agent made of the config', async (t) => {
  const { admin, file, child, gone, status } = await machine(t)
  assert.deepEqual(await admin('reload'), { code: 0, out: 'reloaded: nothing has changed', err: '' })
  const set = await admin('config set cluster.server_name=web-7 logging.level=debug')
  assert.match(set.err, /It counts after: flatrun-cluster reload/)
  const { code, out } = await admin('reload')
  assert.deepEqual([code, out], [0, 'reloaded: logging.level, cluster.server_name'])
  assert.equal((await status()).server_name, 'web-7')

  writeFileSync(file, `${readFileSync(file, 'utf8')}nonsense: 1\n`)
  await assert.rejects(admin('reload'), /nonsense: unknown key/)
  assert.equal((await status()).server_name, 'web-7')

  child.kill('SIGKILL')
  await gone
  writeFileSync(file, 'cluster: { enabled: true }\n')
  await assert.rejects(admin('reload'), /the service does not run; start it with: systemctl start/)
})

test('keys that were changed do not hide what the agent made of it', async (t) => {
  const { admin, file } = await machine(t)
  writeFileSync(file, `${readFileSync(file, 'utf8')}auth: { api_keys: [${OPERATOR_KEY}] }\n`)
  const { code, out, err } = await admin('reload')
  assert.deepEqual([code, out, err], [0, 'reloaded: auth.api_keys', ''])
})

test('a server takes another name in one word, and keeps its own where a peer is called that', async (t) => {
  const { admin, file, status } = await machine(t)
  const { code, out, err } = await admin('rename web-9')
  assert.deepEqual([code, out], [0, 'this server is called web-9 now'], err)
  const { url, headers, server_name: name } = await status()
  assert.equal(name, 'web-9')
  assert.match(readFileSync(file, 'utf8'), /^ {2}server_name: web-9 # mine$/m)

  const peer = await startNode(t, { name: 'web-2' })
  const { body } = await request(`${url}/api/cluster/invite`, { method: 'POST', headers })
  assert.equal((await peer.call('POST', '/api/cluster/accept', { invite_token: body.invite_token })).status, 200)
  const taken = await admin('rename WEB-2')
  assert.equal(taken.code, 78)
  assert.match(taken.err, /^nothing was changed: .*a peer of this server is called "web-2"/)
  assert.match(readFileSync(file, 'utf8'), /^ {2}server_name: web-9 # mine$/m)
  assert.equal((await status()).server_name, 'web-9')
  await assert.rejects(admin('rename not/a/name'), /nothing was changed: cluster\.server_name/)
  await assert.rejects(admin("rename ''"), { exitCode: 64 })
  // What the agent has read last is right, and the doctor has nothing to say of it.
  const events = await request(`${url}/api/cluster/events?follow=false`, { headers })
  const last = events.text.split('\n').findLast((line) => line.includes('config.reloaded') && line.startsWith('data:'))
  assert.doesNotMatch(last ?? '', /refused/)
})

test('a name that a variable gives is not changed in the file beneath it', async (t) => {
  const { admin, file } = await machine(t, { env: { FLATRUN_CLUSTER__SERVER_NAME: 'db-1' } })
  const { code, err } = await admin('rename web-9')
  assert.equal(code, 78)
  assert.match(err, /nothing was changed: FLATRUN_CLUSTER__SERVER_NAME stands above the config/)
  assert.match(readFileSync(file, 'utf8'), /server_name: web-1 # mine/)
  const set = await admin('config set cluster.server_name=web-3')
  assert.match(set.err, /note: cluster\.server_name stays as it is: FLATRUN_CLUSTER__SERVER_NAME stands above the file/)
})

test('where no service is installed a reload says how else', async (t) => {
  await assert.rejects(createAdmin(t, temporaryFolder(t))('reload'), /no service is installed.*kill -HUP/)
})
