import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { json } from '../fake-engine.ts'
import { write } from '../folder.ts'
import { ALL_DONE, BOTH, COMPOSE, fakeProgram, withPath, world } from './world.ts'

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
