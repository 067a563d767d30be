import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Agent, request as ask } from 'undici'
import { noteBackup } from '../../src/store/backup-note.ts'
import { createClock } from '../clock.ts'
import { authorized, OPERATOR_KEY, sees, startNode, type TestNode, temporaryFolder, until } from '../daemon.ts'
import { startFakePeer } from '../fake-peer.ts'

const MINUTE = 60_000
const DAY = 86_400_000

/** A certificate that ends in five days. */
function shortCertificate(folder: string) {
  const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')]
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '5'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert]
    ],
    { stdio: 'ignore' }
  )
  return { mode: 'files', cert, key }
}

type Problem = { kind: string; server: string; title: string }

/** All that is wrong by the agent's own account, but that nobody takes its messages. */
async function problemsOf({ url }: Pick<TestNode, 'url'>): Promise<Problem[]> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } })
  const { body } = await ask(`${url}/api/alerts`, { headers: authorized(OPERATOR_KEY), dispatcher })
  const { problems } = (await body.json()) as { problems: Problem[] }
  await dispatcher.close()
  return problems.filter(({ kind }) => kind !== 'alert')
}

const NOBODY = [{ type: 'slack', name: 'ops', url: 'http://127.0.0.1:1/x' }]
/** What this machine may have of its own. */
const OFF = { enabled: false }
const QUIET = { disk: OFF, memory: OFF, load: OFF }
const always = { over: 1, for: '1s' }

test('a real agent finds its own full disk, broken file, old backup and certificate that ends', {
  skip: spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not installed'
}, async (t) => {
  const folder = temporaryFolder(t)
  const clock = createClock(Date.now())
  mkdirSync(path.join(folder, 'shop'))
  writeFileSync(path.join(folder, 'shop', 'compose.yml'), 'services: [')
  const node = await startNode(t, {
    ...{ name: 'here', folder, clock },
    config: {
      'alerts.targets': NOBODY,
      'alerts.rules': { ...QUIET, disk: always, memory: always, deployment: { for: '1s' } },
      'api.tls': shortCertificate(folder)
    }
  })
  noteBackup(path.join(folder, 'data'), clock.wall() - 5 * DAY)
  const wanted = ['backup', 'certificate', 'deployment', 'disk', 'memory']
  const found = await until(async () => {
    await clock.advance(MINUTE)
    const problems = await problemsOf(node)
    return problems.length >= wanted.length && problems
  }, 'all that is wrong')
  assert.deepEqual(found.map(({ kind }) => kind).toSorted(), wanted)
  const titles = found.map(({ title }) => title).join('\n')
  assert.match(titles, /certificate ends in [45] days/)
  assert.match(titles, /newest backup of the agent is 5 days old/)
  assert.match(titles, /deployment shop has an error/)
})

test('a real agent finds that its engine is gone, and that the clock of a peer is apart', async (t) => {
  const folder = temporaryFolder(t)
  const clock = createClock(Date.now())
  mkdirSync(path.join(folder, 'shop'))
  writeFileSync(path.join(folder, 'shop', 'compose.yml'), 'services: { web: { image: nginx } }')
  const node = await startNode(t, {
    ...{ name: 'here', folder, clock },
    config: {
      docker_socket: `unix://${folder}/gone.sock`,
      'alerts.targets': NOBODY,
      'alerts.rules': {
        engine: { for: '1s' },
        clock: { for: '1s' },
        ...QUIET
      }
    }
  })
  const fake = await startFakePeer({ name: 'plain' })
  t.after(() => fake.close())
  await fake.join(node.url, (await node.call('POST', '/api/cluster/invite')).body.invite_token)
  await sees(node, 'plain', 'online')
  fake.on('/api/health', (_, response) => {
    response.setHeader('date', new Date(Date.now() + 60_000).toUTCString())
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({ status: 'healthy', agent: 'flatrun', version: { version: '1', build_time: '', git_commit: '' } })
    )
  })
  const found = await until(async () => {
    await clock.advance(MINUTE)
    const problems = await problemsOf(node)
    return problems.length >= 2 && problems
  }, 'both')
  assert.deepEqual(found.map(({ kind, server }) => `${kind} ${server}`).toSorted(), ['clock plain', 'engine here'])
})

test('a target that takes nothing for ten minutes stands in the status, which the overview shows', async (t) => {
  const clock = createClock(Date.now())
  const node = await startNode(t, {
    ...{ name: 'here', clock },
    config: { 'alerts.targets': NOBODY, 'alerts.rules.disk': always }
  })
  const failing = await until(async () => {
    await clock.advance(MINUTE)
    return (await node.call('GET', '/api/cluster/status')).body.alerts?.failing
  }, 'the target failing')
  assert.deepEqual(failing, ['ops'])
})
