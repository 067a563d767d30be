import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { startMailServer } from '../alerts/mail-server.ts'
import { BARE } from '../bare.ts'
import { authorized, OPERATOR_KEY, request, temporaryFolder, until } from '../daemon.ts'
import { builtProgram } from '../program.ts'

const SERVICES = 3_000

/** The agent as it is shipped, from a folder of its own, as an upgrade finds it. */
async function startAgent(t: TestContext, alerts: object) {
  const folder = temporaryFolder(t)
  const dist = path.join(folder, 'dist')
  cpSync(path.dirname(builtProgram()), dist, { recursive: true })
  cpSync(path.join(import.meta.dirname, '..', '..', 'package.json'), path.join(folder, 'package.json'))
  const deployments = path.join(folder, 'deployments')
  mkdirSync(path.join(deployments, 'large'), { recursive: true })
  const services = Array.from({ length: SERVICES }, (_, at) => `  s${at}: {image: nginx}`).join('\n')
  writeFileSync(path.join(deployments, 'large', 'compose.yml'), `services:\n${services}\n`)
  const config = path.join(folder, 'config.yml')
  const places = { deployments_path: deployments, docker_socket: '', data_path: path.join(folder, 'data') }
  writeFileSync(config, JSON.stringify({ ...places, api: { port: 0 }, auth: { api_keys: [OPERATOR_KEY] }, alerts }))
  const child = spawn(process.execPath, [path.join(dist, 'flatrun-cluster.js'), 'agent', '--config', config], {
    env: BARE,
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
  const url = await until(() => /ready on (\S+)/.exec(said)?.[1], 'a ready agent')
  const call = (method: string, where: string, body?: unknown) =>
    request(`${url}${where}`, { method, body, headers: authorized(OPERATOR_KEY) })
  return { dist, url, call }
}

/** Another program lies in its place by now, whose files have other names. */
function upgrade(dist: string) {
  rmSync(path.join(dist, 'program'), { recursive: true })
  const dashboard = path.join(dist, 'dashboard')
  const assets = readdirSync(path.join(dashboard, 'assets')).filter((name) => name.endsWith('.js'))
  for (const name of assets) {
    const text = readFileSync(path.join(dashboard, 'assets', name))
    rmSync(path.join(dashboard, 'assets', name))
    writeFileSync(path.join(dashboard, 'assets', `next-${name}`), text)
  }
  const page = readFileSync(path.join(dashboard, 'index.html'), 'utf8')
  writeFileSync(path.join(dashboard, 'index.html'), page.replaceAll('assets/', 'assets/next-'))
}

test('an agent whose program was replaced goes on: it sends mail, reads what is large, and serves a whole page', async (t) => {
  const { lines, smtp } = await startMailServer(t)
  const target = { type: 'email', smtp, from: 'here@test.example', to: ['ops@test.example'] }
  const { dist, url, call } = await startAgent(t, { targets: [target] })
  upgrade(dist)

  const { body: tried } = await call('POST', '/api/alerts/test')
  assert.deepEqual(tried, { targets: [{ target: 'email', ok: true }] })
  assert.ok(lines.includes('RCPT TO:<ops@test.example>'))

  const { body: listed } = await call('GET', '/api/deployments')
  assert.equal(listed.deployments[0].services.length, SERVICES)

  const page = await fetch(url, { headers: { accept: 'text/html' } })
  const [script = ''] = /assets\/[^"]+\.js/.exec(await page.text()) ?? []
  assert.equal((await fetch(`${url}/${script}`)).status, 200, script)
})

test('a mail address that is added after the program was replaced says that the agent must be started anew', async (t) => {
  const { smtp } = await startMailServer(t)
  const { dist, call } = await startAgent(t, {})
  upgrade(dist)
  const target = { type: 'email', name: 'mail', smtp, from: 'here@test.example', to: ['ops@test.example'] }
  assert.equal((await call('PUT', '/api/alerts', { targets: [target] })).status, 200)
  const { body } = await call('POST', '/api/alerts/test')
  assert.match(body.targets[0].error, /started anew/)
})
