import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createEngine } from '../../../src/local/engine/client.ts'
import { readContainers } from '../../../src/local/engine/container.ts'
import { createRevival, successorOf } from '../../../src/local/logs/follow-restarts.ts'
import { container, json, startFakeEngine } from '../fake-engine.ts'

const [OLD, NEW] = readContainers([container({ service: 'web', id: 'old' }), container({ service: 'web', id: 'new' })])

/** A container that is, from look to look, in these states. */
async function world(t: TestContext, states: (object | undefined)[], busy: () => boolean = () => false) {
  const fake = await startFakeEngine(t, {
    'GET /containers/old/json': (_, response) => {
      const state = states.length > 1 ? states.shift() : states[0]
      if (state && 'fails' in state) json(response, { message: 'in a moment' }, 500)
      else if (state) json(response, { State: state })
      else json(response, { message: 'No such container' }, 404)
    },
    'GET /containers/new/json': (_, response) =>
      json(response, { State: { Status: 'running', StartedAt: 'later' }, Config: { Tty: true } })
  })
  const engine = createEngine({ socket: fake.socket })
  t.after(() => engine.close())
  let at = 0
  const now = () => at++
  const revival = createRevival({ engine, successor: async () => NEW, busy, now, graceMs: 10, pollMs: 0 })
  assert.ok(OLD)
  const run = { container: OLD, startedAt: 'first', terminal: false }
  return () => revival.next('web', run, new AbortController().signal)
}

const EXITED = { Status: 'exited', StartedAt: 'first' }

test('a container that runs again since is the next run', async (t) => {
  const next = await world(t, [
    { Status: 'restarting', StartedAt: 'first' },
    { Status: 'running', StartedAt: 'second' }
  ])
  assert.deepEqual(await next(), { container: OLD, startedAt: 'second', terminal: false })
})

test('one that stays down is the end', async (t) => {
  const next = await world(t, [EXITED])
  assert.equal(await next(), undefined)
})

test('while somebody is at work on the deployment it is waited for', async (t) => {
  let looks = 0
  const busy = () => ++looks < 20
  const states = [...Array(20).fill(EXITED), { Status: 'running', StartedAt: 'second' }]
  const next = await world(t, states, busy)
  assert.equal((await next())?.startedAt, 'second')
})

test('an engine that is late with an answer is asked again', async (t) => {
  const late = { fails: true }
  const next = await world(t, [late, late, { Status: 'running', StartedAt: 'second' }])
  assert.equal((await next())?.startedAt, 'second')
})

test('one that was made anew is followed in its new shape, and one that is dead is not', async (t) => {
  const anew = await world(t, [undefined])
  assert.deepEqual(await anew(), { container: NEW, startedAt: 'later', terminal: true })
  const dead = await world(t, [{ Status: 'dead' }])
  assert.equal(await dead(), undefined)
})

test('the successor does the same work under another id', () => {
  const [web, second, db] = readContainers([
    container({ service: 'web', id: 'w2' }),
    container({ service: 'web', id: 'w3', labels: { 'com.docker.compose.container-number': '2' } }),
    container({ service: 'db', id: 'd' })
  ])
  assert.ok(OLD && web && second && db)
  assert.equal(successorOf([db, second, web], OLD), web)
  assert.equal(successorOf([db, OLD], OLD), undefined)
})
