import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { write } from '../folder.ts'
import { ALL_DONE, COMPOSE, fakeProgram, withPath, world } from './world.ts'

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
