import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { createRestartHere } from '../../src/cluster/rollout/restart-here.ts'
import type { DeploymentChange } from '../../src/local/listing/status-changes.ts'
import { createLocalNode } from '../../src/local/node.ts'
import type { Action, DeploymentAudit, LogLine } from '../../src/schemas/deployments/operation.ts'
import { until } from '../daemon.ts'
import { differences } from '../local/engine/shape.ts'
import { folder } from '../local/folder.ts'
import { startEngine, whyNoEngine } from './engine.ts'

const why = whyNoEngine()
let engine: Awaited<ReturnType<typeof startEngine>>

before(async () => {
  if (why === undefined) engine = await startEngine()
})
after(async () => {
  if (why === undefined) await engine.stop()
})

/** Each service notes in a file of the project when it starts and when it is told to stop. */
function service(name: string, { dependsOn = '', say = '' } = {}): string {
  return `
  ${name}:
    image: localhost/busybox:1
    network_mode: host
    stop_grace_period: 5s
    volumes: [".:/out"]
    ${dependsOn}
    command:
      - sh
      - -c
      - |
        echo "start ${name}" >> /out/history
        trap 'echo "stop ${name}" >> /out/history; exit 0' TERM
        ${say}
        while true; do sleep 0.1; done
`
}

const SHOP = `version: "3.8"
services:${service('web', { dependsOn: 'depends_on: [api]' })}${service('api', { dependsOn: 'depends_on: [db]' })}${service('db')}`

async function world(t: TestContext, files: Record<string, string>) {
  // Registered before the folder's own end: docker-compose needs the files to know what to take down.
  const ends: (() => Promise<unknown>)[] = []
  t.after(async () => {
    for (const end of ends) await end()
  })
  const root = await folder(t, files)
  const audits: DeploymentAudit[] = []
  const waiting: { wanted: (change: DeploymentChange) => boolean; found: () => void }[] = []
  const node = createLocalNode({
    deploymentsPath: root,
    dockerSocket: engine.socket,
    // However busy the machine is.
    engineTimeoutMs: 60_000,
    audit: (entry) => audits.push(entry),
    onDeploymentChange: (change) => {
      for (const { wanted, found } of waiting) if (wanted(change)) found()
    }
  })
  const projects = Object.keys(files)
    .filter((file) => file.endsWith('compose.yml'))
    .map((file) => path.join(root, path.dirname(file)))
  ends.push(node.close, ...projects.map((project) => () => engine.compose(project, 'down', '-t', '0')))
  const act = async (action: Action, deployment: string) =>
    (await node.begin({ action, deployment, by: 'a test' })).result
  const history = async () => (await readFile(path.join(root, 'shop', 'history'), 'utf8')).trim().split('\n')
  const change = (wanted: (change: DeploymentChange) => boolean) =>
    new Promise<void>((found) => waiting.push({ wanted, found }))
  return { root, node, act, history, change, audits }
}

const options = { skip: why, timeout: 600_000 }

test(
  'a project without containers is brought up, stopped and started in the order that its services need',
  options,
  async (t) => {
    const { root, node, act, history, audits } = await world(t, { 'shop/docker-compose.yml': SHOP })
    const before = await node.deployment('shop')
    assert.deepEqual(
      [before.status, before.services.map(({ status }) => status)],
      ['stopped', ['absent', 'absent', 'absent']]
    )

    const up = await act('start', 'shop')
    assert.equal(up.message, 'Deployment started')
    assert.match(up.output, /shop.web/)
    assert.equal(up.deployment?.status, 'running')

    const stopped = await act('stop', 'shop')
    assert.equal(stopped.deployment?.status, 'stopped')
    assert.match(stopped.output, /^shop.web.1 stopped\nshop.api.1 stopped\nshop.db.1 stopped$/)
    const started = await act('start', 'shop')
    assert.match(started.output, /^shop.db.1 started\nshop.api.1 started\nshop.web.1 started$/)
    assert.equal(started.deployment?.status, 'running')

    const stops = (await history()).filter((line) => line.startsWith('stop'))
    assert.deepEqual(stops, ['stop web', 'stop api', 'stop db'])
    assert.deepEqual(
      audits.map(({ action, deployment, outcome, by }) => [action, deployment, outcome, by]),
      (['start', 'stop', 'start'] as const).map((action) => [action, 'shop', 'succeeded', 'a test'])
    )
    assert.equal(before.path, path.join(root, 'shop'))
  }
)

test('a restart stops what depends on others first and starts it last', options, async (t) => {
  const { root, node, act, history } = await world(t, { 'shop/docker-compose.yml': SHOP })
  await engine.compose(path.join(root, 'shop'), 'up', '-d')
  const result = await act('restart', 'shop')

  assert.equal(result.message, 'Deployment restarted')
  assert.deepEqual(
    result.output.split('\n').map((line) => line.replace(/shop.(\w+).1/, '$1')),
    ['web stopped', 'api stopped', 'db stopped', 'db started', 'api started', 'web started']
  )
  assert.equal((await node.deployments()).deployments[0]?.status, 'running')
  assert.deepEqual(
    (await history()).filter((line) => line.startsWith('stop')),
    ['stop web', 'stop api', 'stop db']
  )
})

test('what is done behind our back is in the list without anybody asking', options, async (t) => {
  const { root, node, change } = await world(t, { 'shop/docker-compose.yml': SHOP })
  await node.deployments()
  const running = change(({ to }) => to === 'running')
  await engine.compose(path.join(root, 'shop'), 'up', '-d')
  await running
  const partial = change(({ to }) => to === 'partial')
  await engine.compose(path.join(root, 'shop'), 'kill', 'api')
  await partial
  const { status, status_reason, services } = await node.deployment('shop')

  assert.equal(status, 'partial')
  assert.equal(status_reason, 'api exited with code 137')
  assert.equal(services.find(({ name }) => name === 'api')?.status, 'exited')
})

const TALKER = `version: "3.8"
services:${service('loud', {
  say: `i=0; while [ $$i -lt 5 ]; do i=$$((i+1)); echo "out $$i"; echo "err $$i" >&2; sleep 0.01; done`
})}${service('quiet', { say: 'echo hush' })}${service('long', {
  say: `while [ ! -e /out/go ]; do sleep 0.1; done; head -c 10485760 /dev/zero | tr '\\0' 'x'; echo; echo after`
})}`

test('logs of all services come in order, taken apart and bounded', options, async (t) => {
  const { root, node } = await world(t, { 'shop/docker-compose.yml': TALKER })
  await engine.compose(path.join(root, 'shop'), 'up', '-d')
  const reader = new AbortController()
  const followed: LogLine[] = []
  for await (const line of await node.followLogs('shop', {}, reader.signal)) {
    followed.push(line)
    // Printed while it is being read, because this engine forgets the beginning of long lines when asked for a tail.
    if (followed.length === 11) await writeFile(path.join(root, 'shop', 'go'), '')
    const has = (text: string) => followed.some((other) => other.line === text)
    if (has('err 5') && has('out 5') && has('hush') && has('after')) break
  }
  reader.abort()
  assert.deepEqual(
    followed.filter(({ service, stream }) => service === 'loud' && stream === 'stderr').map(({ line }) => line),
    ['err 1', 'err 2', 'err 3', 'err 4', 'err 5']
  )
  const long = followed.find(({ service }) => service === 'long')
  assert.ok(/^x+ …\(cut\)$/.test(long?.line ?? ''), long?.line.slice(0, 100))
  assert.equal(Math.round((long?.line.length ?? 0) / 1024), 16)

  const loud = await node.logs('shop', { service: 'loud', tail: 3 })
  assert.equal(loud.lines.length, 3)
  assert.ok(loud.lines.every(({ at }) => at !== undefined && !Number.isNaN(Date.parse(at))))
  assert.deepEqual((await node.logs('shop', { service: 'loud', since: '2100-01-01T00:00:00Z' })).lines, [])
  const all = await node.logs('shop', {})
  const times = all.lines.map(({ at }) => at ?? '')
  assert.deepEqual(times, times.toSorted())
  await assert.rejects(node.logs('shop', { service: 'nobody' }), { code: 'SERVICE_UNKNOWN' })
})

test('a log that is followed goes on after a restart', options, async (t) => {
  const say = 'echo "run $$(cat /out/history | grep -c start)"'
  const { root, node, act } = await world(t, {
    'shop/docker-compose.yml': `version: "3.8"\nservices:${service('web', { say })}`
  })
  await engine.compose(path.join(root, 'shop'), 'up', '-d')
  const lines: string[] = []
  for await (const { line } of await node.followLogs('shop', {}, new AbortController().signal)) {
    lines.push(line)
    if (lines.length === 1) void act('restart', 'shop')
    if (lines.length === 2) break
  }
  assert.deepEqual(lines, ['run 1', 'run 2'])
})

test('a log that never ends stops when its reader leaves', options, async (t) => {
  const { root, node } = await world(t, {
    'shop/docker-compose.yml': `version: "3.8"\nservices:${service('web', { say: 'yes "all day" &' })}`
  })
  await engine.compose(path.join(root, 'shop'), 'up', '-d')
  const reader = new AbortController()
  let lines = 0
  for await (const _ of await node.followLogs('shop', { tail: 0 }, reader.signal)) {
    lines += 1
    if (lines === 1_000) reader.abort()
  }
  assert.ok(lines >= 1_000)
})

test('containers are listed with the deployment that they belong to, and measured', options, async (t) => {
  const { root, node } = await world(t, { 'shop/docker-compose.yml': SHOP })
  await engine.compose(path.join(root, 'shop'), 'up', '-d')
  const containers = await node.containers()

  assert.deepEqual(
    containers.map(({ service, deployment, state }) => [service, deployment, state]),
    [
      ['api', 'shop', 'running'],
      ['db', 'shop', 'running'],
      ['web', 'shop', 'running']
    ]
  )
  const { services: stats } = await node.deploymentStats('shop')
  assert.deepEqual(stats.map(({ service }) => service).sort(), ['api', 'db', 'web'])
  // Without cgroups, as here, an engine has no figures; then it says so.
  assert.ok(stats.every(({ error, memory_usage }) => error !== undefined || memory_usage > 0))
})

test('a container that cannot start is the answer, with the reason of the engine', options, async (t) => {
  const files = {
    'shop/docker-compose.yml': SHOP.replace('[".:/out"]', '[".:/out", "./needed:/needed"]\n    restart: unless-stopped')
  }
  const { root, node, act, audits } = await world(t, { ...files, 'shop/needed/file': '' })
  await act('start', 'shop')
  await act('stop', 'shop')
  await rm(path.join(root, 'shop', 'needed'), { recursive: true })

  await assert.rejects(act('start', 'shop'), {
    code: 'ENGINE_REFUSED',
    message: /^shop.web.1 could not be started\. The container engine answered: /
  })
  const { status, status_reason } = await node.deployment('shop')
  assert.equal(status, 'partial')
  assert.equal(status_reason, 'web is stopped')
  assert.equal(audits.at(-1)?.outcome, 'failed')
})

const RUNS = '["sh", "-c", "trap \'exit 0\' TERM; while true; do sleep 0.1; done"]'
const settings = (more = '') =>
  `{ image: localhost/busybox:1, network_mode: host, command: ${RUNS}, stop_grace_period: 2s${more} }`
/** What compose did beside the agent is known a moment later, by the engine's events. */
const reasoned = (node: { deployment(name: string): Promise<{ status_reason?: string }> }, reason: string) =>
  until(async () => (await node.deployment('shop')).status_reason === reason, reason)
const ids = async (node: { containers(): Promise<{ id: string; service?: string }[]> }) =>
  Object.fromEntries((await node.containers()).map(({ service: name = '', id }) => [name, id]))

test(
  'what is missing is made with the files that compose chooses, and what runs stays as it is',
  options,
  async (t) => {
    const { root, node, act } = await world(t, {
      'shop/docker-compose.yml': `version: "3.8"\nservices:\n  web: ${settings()}\n  db: ${settings()}\n`,
      'shop/prod.yml':
        'version: "3.8"\nservices:\n  web: { environment: { STAGE: prod } }\n  db: { environment: { STAGE: prod } }\n',
      'shop/.env': 'COMPOSE_FILE=docker-compose.yml:prod.yml\n'
    })
    const place = path.join(root, 'shop')
    await engine.compose(place, 'up', '-d')
    const before = await ids(node)
    await engine.compose(place, 'rm', '-sf', 'db')
    await reasoned(node, 'db has no container')

    assert.equal((await act('start', 'shop')).deployment?.status, 'running')
    const after = await ids(node)
    assert.equal(after.web, before.web)
    assert.notEqual(after.db, before.db)
    assert.match(await engine.inspect(after.db ?? ''), /STAGE=prod/)
  }
)

test('what the engine answers has the shape that was recorded of it', options, async (t) => {
  const { root, node } = await world(t, { 'shop/docker-compose.yml': SHOP })
  await engine.compose(path.join(root, 'shop'), 'up', '-d')
  const [first] = Object.values(await ids(node))
  const place = path.join(import.meta.dirname, '..', 'local', 'engine', 'recorded')
  const recorded = async (name: string) => JSON.parse(await readFile(path.join(place, `${name}.json`), 'utf8'))
  // Labels are compose's, and this one is another version; mounts and health are only where a file asks for them.
  const besides = /\.Labels|Mounts|Binds|Health|Config\.(Env|Cmd|Entrypoint)|HostConfig|Networks/

  const listed = JSON.parse(await engine.get('/containers/json?all=1'))
  assert.deepEqual(differences((await recorded('containers')).slice(0, 1), listed, besides), [])
  assert.deepEqual(differences(await recorded('inspect'), JSON.parse(await engine.inspect(first ?? '')), besides), [])
  assert.deepEqual(differences(await recorded('missing'), JSON.parse(await engine.inspect('none')), /^$/), [])
})

test('a project that was started with -f goes on with the same files', options, async (t) => {
  const web = (stage: string) => `${settings(`, environment: { STAGE: ${stage} }`)}`
  const { root, node, act } = await world(t, {
    'shop/docker-compose.yml': `version: "3.8"\nservices:\n  web: ${web('dev')}\n  db: ${web('dev')}\n`,
    'shop/prod.yml': `version: "3.8"\nservices:\n  web: ${web('prod')}\n  db: ${web('prod')}\n`
  })
  const place = path.join(root, 'shop')
  await engine.compose(place, '-f', 'prod.yml', 'up', '-d')
  const before = await ids(node)
  await engine.compose(place, '-f', 'prod.yml', 'rm', '-sf', 'db')
  await reasoned(node, 'db has no container')
  const { warnings } = await node.deployment('shop')
  assert.deepEqual(warnings, ['It runs with prod.yml: compose by itself would choose docker-compose.yml'])

  assert.equal((await act('start', 'shop')).deployment?.status, 'running')
  const after = await ids(node)
  assert.equal(after.web, before.web)
  assert.match(await engine.inspect(after.db ?? ''), /STAGE=prod/)
})

test('a service waits for the job that it needs, and is not started when that fails', options, async (t) => {
  const job = (code: number) =>
    `{ image: localhost/busybox:1, network_mode: host, command: ["sh", "-c", "sleep 1; exit ${code}"] }`
  const file = (code: number) =>
    `version: "3.8"\nservices:\n  web: ${settings(', depends_on: { migrate: { condition: service_completed_successfully } }')}\n  migrate: ${job(code)}\n`
  const { node, act } = await world(t, { 'good/docker-compose.yml': file(0), 'bad/docker-compose.yml': file(3) })
  assert.equal((await act('start', 'good')).deployment?.status, 'running')
  const again = await act('restart', 'good')
  assert.match(again.output, /good.migrate.1 started\ngood.web.1 started$/)

  await assert.rejects(act('start', 'bad'))
  await assert.rejects(act('restart', 'bad'), {
    message: /^bad.migrate.1 exited with code 3, and others need it to succeed$/
  })
  const web = (await node.deployment('bad')).services.find(({ name }) => name === 'web')
  assert.notEqual(web?.status, 'running')
})

test('of three replicas those that are missing are made', options, async (t) => {
  const { root, node, act } = await world(t, {
    'shop/docker-compose.yml': `version: "3.8"\nservices:\n  web: ${settings(', deploy: { replicas: 3 }')}\n`
  })
  await engine.compose(path.join(root, 'shop'), 'up', '-d', '--scale', 'web=1')
  await reasoned(node, 'web has 1 of 3 containers')

  const { deployment } = await act('start', 'shop')
  assert.deepEqual([deployment?.status, deployment?.services[0]?.replicas], ['running', { running: 3, total: 3 }])
})

test('a container that its policy starts again and again is seen to', options, async (t) => {
  const { node, act } = await world(t, {
    'shop/docker-compose.yml':
      'version: "3.8"\nservices:\n  web: { image: localhost/busybox:1, network_mode: host, restart: always, command: ["sh", "-c", "sleep 1; exit 1"] }\n'
  })
  await act('start', 'shop')
  const restart = createRestartHere({ local: node })
  await assert.rejects(restart({ deployment: 'shop', by: 'a test', settleMs: 5_000 }, new AbortController().signal), {
    message:
      /^it was restarted, and (web was started again since: it does not last|is (error|partial|stopped)(: web .*)?)$/
  })
})

test('two projects of one name leave each other alone', options, async (t) => {
  const other = await world(t, { 'shop/docker-compose.yml': `version: "3.8"\nservices:\n  web: ${settings()}\n` })
  await other.act('start', 'shop')
  const { node, act } = await world(t, {
    'shop/docker-compose.yml': `version: "3.8"\nservices:\n  web: ${settings()}\n`
  })

  assert.equal((await node.deployment('shop')).status, 'stopped')
  await act('stop', 'shop')
  await assert.rejects(act('start', 'shop'), { code: 'PROJECT_TAKEN' })
  assert.equal((await other.node.deployment('shop')).status, 'running')
})
