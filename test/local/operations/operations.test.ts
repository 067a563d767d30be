import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { createLocalNode } from '../../../src/local/node.ts'
import type { Action, DeploymentAudit, LogLine } from '../../../src/schemas/deployments/operation.ts'
import { container, type FakeContainer, frame, json, startFakeEngine } from '../fake-engine.ts'
import { folder, write } from '../folder.ts'

const COMPOSE = `services:
  web: { image: a, depends_on: { db: { condition: service_healthy } } }
  db: { image: b }
`

interface World {
  containers?: FakeContainer[]
  routes?: Parameters<typeof startFakeEngine>[1]
  compose?: string
  timeoutMs?: number
}

async function world(t: TestContext, { containers = [], routes = {}, compose = COMPOSE, timeoutMs = 2_000 }: World) {
  const root = await folder(t, { 'web/compose.yml': compose })
  const state = { containers }
  const fake = await startFakeEngine(t, {
    'GET /containers/json': (_, response) =>
      json(
        response,
        state.containers.map((item) => container({ dir: path.join(root, 'web'), id: item.service, ...item }))
      ),
    ...routes
  })
  const audits: DeploymentAudit[] = []
  const node = createLocalNode({
    deploymentsPath: root,
    dockerSocket: fake.socket,
    engineTimeoutMs: timeoutMs,
    audit: (entry) => audits.push(entry)
  })
  t.after(node.close)
  const act = async (action: Action, deployment = 'web') => (await node.begin({ action, deployment, by: 'me' })).result
  const changes = () => fake.asked.filter((line) => line.startsWith('POST')).map((line) => line.replace('/v1.43', ''))
  return { root, fake, node, act, audits, changes, state }
}

const done: NonNullable<World['routes']>[string] = (_, response) => response.writeHead(204).end()
const BOTH = [{ service: 'web' }, { service: 'db' }]
const ALL_DONE = {
  'GET /containers/web/json': (_: unknown, response: Parameters<typeof json>[0]) => json(response, { Config: {} }),
  'GET /containers/db/json': (_: unknown, response: Parameters<typeof json>[0]) =>
    json(response, { Config: { StopTimeout: 90 } }),
  'POST /containers/web/stop': done,
  'POST /containers/db/stop': done,
  'POST /containers/web/start': done,
  'POST /containers/db/start': done
}

test('a restart goes through the containers in order', async (t) => {
  const { act, changes, audits } = await world(t, { containers: BOTH, routes: ALL_DONE })
  const result = await act('restart')

  assert.deepEqual(changes(), [
    'POST /containers/web/stop',
    'POST /containers/db/stop',
    'POST /containers/db/start',
    'POST /containers/web/start'
  ])
  assert.equal(result.output, 'web-web-1 stopped\nweb-db-1 stopped\nweb-db-1 started\nweb-web-1 started')
  const [{ durationMs: _, ...entry } = { durationMs: 0 }] = audits
  assert.deepEqual(entry, { action: 'restart', deployment: 'web', by: 'me', outcome: 'succeeded' })
})

test('a service that needs a healthy one waits for it, and is not started when it falls ill', async (t) => {
  const starting = { service: 'db', status: 'Up 1 second (health: starting)' }
  const { act, changes, state } = await world(t, { containers: [{ service: 'web' }, starting], routes: ALL_DONE })
  const restarting = act('restart')
  while (!changes().includes('POST /containers/db/start')) await new Promise((resolve) => setImmediate(resolve))
  state.containers = [{ service: 'web' }, { service: 'db', status: 'Up 9 seconds (unhealthy)' }]

  await assert.rejects(restarting, { message: 'web-db-1 is unhealthy, and others need it' })
  assert.ok(!changes().includes('POST /containers/web/start'))
})

test('a service that needs a job to succeed waits for its end, and is not started when it fails', async (t) => {
  const compose = `services:
  web: { image: a, depends_on: { db: { condition: service_completed_successfully } } }
  db: { image: b }
`
  const { act, changes, state } = await world(t, { containers: BOTH, routes: ALL_DONE, compose })
  const restarting = act('restart')
  while (!changes().includes('POST /containers/db/start')) await new Promise((resolve) => setImmediate(resolve))
  state.containers = [{ service: 'web' }, { service: 'db', state: 'exited', status: 'Exited (3) 1 second ago' }]

  await assert.rejects(restarting, { message: 'web-db-1 exited with code 3, and others need it to succeed' })
  assert.ok(!changes().includes('POST /containers/web/start'))
})

test('what compose noted on the containers counts more than the file that was changed since', async (t) => {
  const labels = { 'com.docker.compose.depends_on': 'web:service_started:false' }
  const { act, changes } = await world(t, {
    containers: [
      { service: 'web', labels: { 'com.docker.compose.depends_on': '' } },
      { service: 'db', labels }
    ],
    routes: ALL_DONE
  })
  await act('stop')
  assert.deepEqual(changes(), ['POST /containers/db/stop', 'POST /containers/web/stop'])
})

test('stopping what is down does nothing, and paused containers go on', async (t) => {
  const containers = [
    { service: 'web', state: 'exited', status: 'Exited (0) 1 hour ago' },
    { service: 'db', state: 'paused', status: 'Up (Paused)' }
  ]
  const routes = { ...ALL_DONE, 'POST /containers/db/unpause': done }
  const { act, changes, state } = await world(t, { containers, routes })
  state.containers = containers
  await act('stop')
  assert.deepEqual(changes(), ['POST /containers/db/stop'])

  const started = act('start')
  while (!changes().includes('POST /containers/db/unpause')) await new Promise((resolve) => setImmediate(resolve))
  state.containers = BOTH
  await started
  assert.deepEqual(changes().slice(1), ['POST /containers/db/unpause', 'POST /containers/web/start'])
})

test('an engine that refuses is quoted, and what it was is in the audit', async (t) => {
  const { act, audits, node, fake } = await world(t, {
    containers: BOTH,
    routes: {
      ...ALL_DONE,
      'POST /containers/db/stop': (_, response) =>
        json(response, { message: 'cannot kill container: permission denied' }, 500)
    }
  })
  const { job, result } = await node.begin({ action: 'stop', deployment: 'web', by: 'me' })

  const said = 'web-db-1 could not be stopped. The container engine answered: cannot kill container: permission denied'
  await assert.rejects(result, { statusCode: 502, message: said })
  const found = node.job('web', job.id)
  assert.deepEqual(
    [found.status, found.error, found.code, found.output],
    ['failed', said, 'engine_refused', 'web-web-1 stopped']
  )
  assert.deepEqual([audits[0]?.outcome, audits[0]?.reason], ['failed', said])
  assert.match(fake.asked.at(-1) ?? '', /containers\/json/, 'what is there was looked at after the failure')
  await assert.rejects(act('stop'), { statusCode: 502 })
})

test('a restart that cannot stop one container starts the others again', async (t) => {
  const { act, changes } = await world(t, {
    containers: BOTH,
    routes: { ...ALL_DONE, 'POST /containers/db/stop': (_, response) => json(response, { message: 'no' }, 500) }
  })
  await assert.rejects(act('restart'), { message: /^web-db-1 could not be stopped/ })
  assert.deepEqual(changes().slice(2), ['POST /containers/db/start', 'POST /containers/web/start'])
})

test('what cannot be begun is refused at once, with the cause, and audited', async (t) => {
  const { act, audits, root, node } = await world(t, {
    routes: { 'GET /containers/json': (_, response) => json(response, {}, 500) }
  })
  await mkdir(path.join(root, 'other'))

  for (const name of ['../web', 'web/..', '.hidden', 'a\\b', '', '..', '/etc', 'web\0']) {
    await assert.rejects(act('stop', name), { statusCode: 400, code: 'DEPLOYMENT_NAME_INVALID' }, name)
  }
  for (const name of ['nobody', 'other', '__proto__', 'WEB', 'web ']) {
    await assert.rejects(act('stop', name), { statusCode: 404 }, name)
  }
  await assert.rejects(act('stop'), { statusCode: 503, message: 'The container engine answered: status 500' })
  await assert.rejects(node.logs('web', {}), { statusCode: 503 })
  await assert.rejects(node.containers(), { statusCode: 503 })
  assert.ok(audits.every(({ outcome }) => outcome === 'refused'))
  assert.equal((await node.compose('web')).content, COMPOSE)
})

test('an engine that hangs in the middle ends in its deadline, and the deployment is free again', async (t) => {
  const { act, node } = await world(t, {
    containers: BOTH,
    routes: { ...ALL_DONE, 'GET /containers/web/json': () => {} },
    timeoutMs: 50
  })

  await assert.rejects(act('stop'), { statusCode: 503, message: 'The container engine did not answer in time' })
  assert.throws(() => node.job('web', 'active'), { statusCode: 404 })
})

test('closing ends what is under way, and says so', async (t) => {
  const { node, changes } = await world(t, {
    containers: BOTH,
    routes: { ...ALL_DONE, 'POST /containers/web/stop': () => {} }
  })
  const { job, result } = await node.begin({ action: 'stop', deployment: 'web', by: 'me' })
  while (changes().length === 0) await new Promise((resolve) => setImmediate(resolve))
  await node.close()

  await assert.rejects(result, { code: 'STOPPING' })
  assert.equal(job.status, 'failed')
})

/** A `docker` or `docker-compose` that notes how it was called. */
async function fakeProgram(root: string, name: string, script: string): Promise<void> {
  await write(root, { [`bin/${name}`]: `#!/bin/sh\n${script}\n` })
  await chmod(path.join(root, 'bin', name), 0o755)
}

async function withPath<T>(value: string, work: () => Promise<T>): Promise<T> {
  const before = process.env.PATH
  process.env.PATH = value
  try {
    return await work()
  } finally {
    process.env.PATH = before
  }
}

test('a project without containers is made by docker compose where that is, by docker-compose where not', async (t) => {
  const { root, act, fake } = await world(t, {})
  await write(root, { 'web/compose.override.yml': 'services: {}\n', 'web/.env': 'DB_PASSWORD=hunter22\nCOLOR=blue\n' })
  const note = `echo "$0 $*" >> ${root}/called; pwd >> ${root}/called; env >> ${root}/env`
  await fakeProgram(root, 'docker', `[ "$1 $2" = "compose version" ] && exit 1; ${note}`)
  await fakeProgram(root, 'docker-compose', `${note}; echo "made with hunter22, blue" >&2`)
  process.env.FLATRUN_AUTH__JWT_SECRET = 'not for compose'
  t.after(() => delete process.env.FLATRUN_AUTH__JWT_SECRET)

  const result = await withPath(`${root}/bin:/usr/bin:/bin`, () => act('start'))
  const { readFile } = await import('node:fs/promises')
  const [version, , up, where] = (await readFile(`${root}/called`, 'utf8')).split('\n')
  assert.match(version ?? '', /docker-compose version$/)
  assert.equal(up, `${root}/bin/docker-compose up -d`, 'compose chooses its files by itself')
  assert.equal(where, `${root}/web`)
  assert.equal(result.output, 'made with •••, blue')
  const environment = await readFile(`${root}/env`, 'utf8')
  assert.match(environment, new RegExp(`^DOCKER_HOST=${fake.socket}$`, 'm'))
  assert.ok(!environment.includes('FLATRUN'))
})

test('containers that are missing are made, and those that run stay as they are', async (t) => {
  const { root, act } = await world(t, { containers: [{ service: 'web', project: 'shop' }] })
  await write(root, { 'web/.env': 'COMPOSE_FILE=compose.yml:prod.yml\n', 'web/prod.yml': 'services: {}\n' })
  await fakeProgram(root, 'docker', `echo "$*" >> ${root}/called`)

  await withPath(`${root}/bin:/usr/bin:/bin`, () => act('start'))
  const { readFile } = await import('node:fs/promises')
  const [, up] = (await readFile(`${root}/called`, 'utf8')).split('\n')
  assert.equal(up, 'compose -p shop up -d --no-recreate')
})

test('what is missing of a project that was started with -f is made with the same files', async (t) => {
  const { root, act, node, state } = await world(t, { compose: COMPOSE })
  const place = path.join(root, 'web')
  await write(root, { 'web/prod.yml': 'services:\n  web: { image: nginx:1.27 }\n  cache: { image: c }\n' })
  state.containers = [{ service: 'web', files: `${place}/prod.yml` }]
  const { status_reason, warnings, services } = await node.deployment('web')
  assert.equal(status_reason, 'cache has no container')
  assert.deepEqual(
    services.map(({ name }) => name),
    ['web', 'cache']
  )
  assert.deepEqual(warnings, ['It runs with prod.yml: compose by itself would choose compose.yml'])

  await fakeProgram(root, 'docker', `echo "$*" >> ${root}/called`)
  await withPath(`${root}/bin:/usr/bin:/bin`, () => act('start'))
  const { readFile } = await import('node:fs/promises')
  const [, up] = (await readFile(`${root}/called`, 'utf8')).split('\n')
  assert.equal(up, 'compose -f prod.yml up -d --no-recreate')
})

for (const [what, files, why] of [
  ['gone', '/prod.yml', 'which is not there any more'],
  ['outside', '/../prod.yml', 'which is not in its folder']
] as const) {
  test(`what is missing is not made with other files when those of what runs are ${what}`, async (t) => {
    const { root, act, node, state } = await world(t, {})
    const place = path.join(root, 'web')
    const was = path.relative(place, path.join(place, files))
    state.containers = [{ service: 'web', files: path.join(place, files) }]
    await fakeProgram(root, 'docker', `echo "$*" >> ${root}/called`)

    assert.deepEqual((await node.deployment('web')).warnings, [
      `It was started with ${was}, ${why}: it is judged by compose.yml`
    ])
    await withPath(`${root}/bin:/usr/bin:/bin`, () =>
      assert.rejects(act('start'), {
        statusCode: 422,
        message: new RegExp(`^It was started with ${was}, ${why}\\. Run in its folder`)
      })
    )
    assert.ok(!existsSync(`${root}/called`))
  })
}

test('compose v1, which would choose another file, is told the one that the list is made from', async (t) => {
  const { root, act } = await world(t, {})
  await write(root, { 'web/docker-compose.yml': 'services: { other: { image: a } }\n' })
  await fakeProgram(root, 'docker', 'exit 1')
  const says = 'echo "docker-compose version 1.29.2, build unknown"'
  await fakeProgram(root, 'docker-compose', `[ "$1" = version ] && ${says} && exit; echo "$*" >> ${root}/called`)
  await withPath(`${root}/bin:/usr/bin:/bin`, () => act('start'))
  const { readFile } = await import('node:fs/promises')
  assert.equal(await readFile(`${root}/called`, 'utf8'), '-f compose.yml up -d\n')
})

test('containers of another folder with the same project name are neither stopped nor taken over', async (t) => {
  const { root, act, changes, node } = await world(t, { containers: [{ service: 'web', dir: '/' }], routes: ALL_DONE })
  await fakeProgram(root, 'docker', `echo "$*" >> ${root}/called`)
  await act('stop')
  await withPath(`${root}/bin:/usr/bin:/bin`, () =>
    assert.rejects(act('start'), {
      code: 'PROJECT_TAKEN',
      statusCode: 409,
      message: /^The project name "web" is that of containers from \/,/
    })
  )
  assert.deepEqual(changes(), [])
  const { status, warnings } = await node.deployment('web')
  assert.equal(status, 'stopped')
  assert.deepEqual(warnings, ['Containers from / have the project name "web" too: they are not counted here'])
})

test('no secret of a project is in an answer, a job or the audit, whoever quotes it', async (t) => {
  const { root, act, audits, node } = await world(t, {
    containers: BOTH,
    routes: {
      ...ALL_DONE,
      'POST /containers/db/start': (_, response) => json(response, { message: 'exec: "hunter$two": not found' }, 500)
    }
  })
  await write(root, { 'web/.env': 'PW=hunter$$two # note\n' })
  const { job, result } = await node.begin({ action: 'start', deployment: 'web', by: 'me' })
  await assert.rejects(result, { message: /exec: "•••": not found/ })
  await fakeProgram(
    root,
    'docker',
    '[ "$2" = version ] && exit 0; echo pulling hunter\\$two; echo "bad hunter\\$two" >&2; exit 1'
  )
  await write(root, { 'web/compose.yml': `${COMPOSE}  new: { image: c }\n` })
  await withPath(`${root}/bin:/usr/bin:/bin`, () => assert.rejects(act('start'), { message: /bad •••$/ }))

  assert.equal(audits.length, 2)
  for (const said of [audits, node.job('web', job.id)]) assert.ok(!JSON.stringify(said).includes('hunter'))
})

test('the secrets of an env_file and of a folder below are hidden as well', async (t) => {
  const compose = 'include: [sub/a.yml]\nservices:\n  web: { image: a, env_file: [web.env] }\n'
  const message = 'hunter2hunter2 hunter3hunter3'
  const { root, act } = await world(t, {
    containers: [{ service: 'web' }],
    compose,
    routes: { ...ALL_DONE, 'POST /containers/web/stop': (_, response) => json(response, { message }, 500) }
  })
  await write(root, {
    'web/web.env': 'PW=hunter2hunter2\n',
    'web/sub/a.yml': 'services: {}\n',
    'web/sub/.env': 'PW=hunter3hunter3\n'
  })
  await assert.rejects(act('stop'), { message: /answered: ••• •••$/ })
})

test('a secret that is written in the compose file is hidden as well', async (t) => {
  const compose = 'services:\n  web: { image: a, environment: { PASSWORD: hunter2 }, command: [x, --token, hunter3] }\n'
  const message = 'exec "x --token hunter3": PASSWORD=hunter2'
  const { act, audits } = await world(t, {
    containers: [{ service: 'web' }],
    compose,
    routes: { ...ALL_DONE, 'POST /containers/web/stop': (_, response) => json(response, { message }, 500) }
  })
  await assert.rejects(act('stop'), { message: /exec "x --token •••": PASSWORD=•••$/ })
  assert.ok(!JSON.stringify(audits).includes('hunter'))
})

test('an env file that is a pipe holds nothing up', async (t) => {
  const { root, act } = await world(t, { containers: [{ service: 'web' }], routes: ALL_DONE })
  execFileSync('mkfifo', [path.join(root, 'web', '.env')])
  assert.equal((await act('stop')).name, 'web')
})

test('without either compose the answer says what to install', async (t) => {
  const { root, act } = await world(t, {})
  await withPath(`${root}/bin`, () => assert.rejects(act('start'), { statusCode: 503, code: 'COMPOSE_MISSING' }))
})

test('a compose that fails is quoted, and a broken file is not even tried', async (t) => {
  const { root, act } = await world(t, {})
  await fakeProgram(root, 'docker', '[ "$2" = version ] && exit 0; echo pulling; echo "no such image" >&2; exit 18')
  await withPath(`${root}/bin:/usr/bin:/bin`, () =>
    assert.rejects(act('start'), { statusCode: 502, message: 'compose did not succeed: no such image' })
  )
  await write(root, { 'web/compose.yml': 'services: [' })
  await assert.rejects(act('start'), {
    statusCode: 422,
    message: /^compose.yml is not valid YAML at line 1.*correct it/
  })
})

const TIME = '2026-11-23T08:15:30.5Z'

test('a log of half a frame and a line of 10 MB is what there was of it', async (t) => {
  const { node } = await world(t, {
    containers: [{ service: 'web' }],
    routes: {
      ...ALL_DONE,
      'GET /containers/web/logs': (_, response) => {
        response.write(frame(1, `${TIME} ${'x'.repeat(10_485_760)}\n`))
        response.end(frame(2, `${TIME} cut here and not further`).subarray(0, 40))
      }
    }
  })
  const { lines, cut } = await node.logs('web', {})
  assert.deepEqual(
    lines.map(({ stream, line }) => [stream, line.length > 16_000 ? 'long' : line]),
    [
      ['stdout', 'long'],
      ['stderr', 'cut here ']
    ]
  )
  assert.equal(cut, false)
})

test('of a log that is too long the newest lines are given', async (t) => {
  const { node, fake } = await world(t, {
    containers: [{ service: 'web' }],
    routes: {
      ...ALL_DONE,
      'GET /containers/web/logs': (_, response) => {
        for (let n = 0; n < 1_000; n += 1) response.write(frame(1, `${TIME} ${n} ${'x'.repeat(16_000)}\n`))
        response.end()
      }
    }
  })
  const { lines, cut } = await node.logs('web', { tail: 50_000, since: '10m' })

  assert.equal(cut, true)
  assert.match(lines.at(-1)?.line ?? '', /^999 /)
  assert.ok(lines.length > 200 && lines.length < 300)
  const query = new URLSearchParams(fake.asked.find((line) => line.includes('/logs'))?.split('?')[1])
  assert.equal(query.get('tail'), '10000')
  assert.match(query.get('since') ?? '', /^\d{10}\.\d{3}$/)
  await assert.rejects(node.logs('web', { since: 'yesterday' }), { statusCode: 400 })
})

test('the connection to the engine is closed when the reader of a log leaves', async (t) => {
  const closed = Promise.withResolvers<void>()
  const { node } = await world(t, {
    containers: [{ service: 'web' }],
    routes: {
      ...ALL_DONE,
      'GET /containers/web/logs': (_, response) => {
        response.on('close', closed.resolve)
        const more = () => {
          while (!response.destroyed && response.write(frame(1, `${TIME} on and on\n`)));
          response.once('drain', more)
        }
        more()
      }
    }
  })
  const lines: LogLine[] = []
  for await (const line of await node.followLogs('web', {}, new AbortController().signal)) {
    lines.push(line)
    if (lines.length === 5) break
  }
  await closed.promise
  assert.deepEqual(lines[0], { service: 'web', container: 'web-web-1', stream: 'stdout', at: TIME, line: 'on and on' })
})

test('also that of a container which says nothing', async (t) => {
  const closed = Promise.withResolvers<void>()
  const { node } = await world(t, {
    containers: [{ service: 'web' }, { service: 'db' }],
    routes: {
      ...ALL_DONE,
      'GET /containers/web/logs': (_, response) => response.write(frame(1, `${TIME} one\n`)),
      'GET /containers/db/logs': (_, response) => response.on('close', closed.resolve).flushHeaders()
    }
  })
  for await (const _ of await node.followLogs('web', {}, new AbortController().signal)) break
  await closed.promise
})

test('a container has the time to stop that its settings grant, longer than any other call', async (t) => {
  const slowly: typeof done = (request, response) => void setTimeout(() => done(request, response), 1_500)
  const { act } = await world(t, {
    containers: [{ service: 'web' }],
    routes: { ...ALL_DONE, 'POST /containers/web/stop': slowly },
    timeoutMs: 1_000
  })
  assert.equal((await act('stop')).output, 'web-web-1 stopped')
})

test('an engine that breaks off in a log that is followed is an error, not an end', async (t) => {
  const { node } = await world(t, {
    containers: [{ service: 'web' }],
    routes: {
      ...ALL_DONE,
      'GET /containers/web/logs': (_, response) => response.write(frame(1, `${TIME} one\n`), () => response.destroy())
    }
  })
  await assert.rejects(
    (async () => {
      for await (const _ of await node.followLogs('web', {}, new AbortController().signal));
    })(),
    { statusCode: 503, message: /broke the connection off/ }
  )
})

const STATS = {
  cpu_stats: { cpu_usage: { total_usage: 3e9 }, system_cpu_usage: 100e9, online_cpus: 4 },
  precpu_stats: { cpu_usage: { total_usage: 2e9 }, system_cpu_usage: 96e9 },
  memory_stats: { usage: 300, limit: 1_000, stats: { inactive_file: 100 } },
  networks: { eth0: { rx_bytes: 5, tx_bytes: 6 }, eth1: { rx_bytes: 1, tx_bytes: 1 } },
  blkio_stats: {
    io_service_bytes_recursive: [
      { op: 'read', value: 7 },
      { op: 'Write', value: 8 }
    ]
  },
  pids_stats: { current: 9 }
}

test('containers are measured as docker stats does it, and one without figures says why', async (t) => {
  const { node } = await world(t, {
    containers: [{ service: 'web' }, { service: 'db' }, { service: 'off', state: 'exited', status: 'Exited (0)' }],
    routes: {
      'GET /containers/web/stats': (_, response) => json(response, STATS),
      'GET /containers/db/stats': (_, response) => json(response, { message: 'no cgroup' }, 500)
    }
  })
  const { deployment, services, summary } = await node.deploymentStats('web')
  const [web, db, ...others] = services
  assert.deepEqual([deployment, summary.cpu_percent, summary.memory_usage], ['web', 100, 200])

  assert.deepEqual(web, {
    container_id: 'web',
    name: 'web-web-1',
    deployment_name: 'web',
    service: 'web',
    cpu_percent: 100,
    memory_usage: 200,
    memory_limit: 1_000,
    memory_percent: 20,
    network_rx: 6,
    network_tx: 7,
    block_read: 7,
    block_write: 8,
    pids: 9
  })
  assert.equal(db?.error, 'The container engine answered: no cgroup')
  assert.deepEqual(others, [])
})
