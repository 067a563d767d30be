import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createAlerts } from '../../src/alerts/alerts.ts'
import { reasonOf } from '../../src/cluster/liveness/reason.ts'
import type { AlertMessage, Alerts, Outage, WaitingAlert } from '../../src/schemas/alert.ts'
import { createWorld, spec } from '../cluster/world.ts'

const HOOK = { type: 'webhook' as const, name: 'hook', url: 'http://hook.test/secret-path' }

function createAlertWorld(
  t: TestContext,
  options: { config?: Partial<Alerts>; outages?: Outage[]; refusing?: string } = {}
) {
  const world = createWorld(t)
  const sent: AlertMessage[] = []
  const kept = new Map((options.outages ?? []).map((outage) => [outage.id, outage]))
  const waiting = new Map<string, WaitingAlert>()
  const failing = { times: 0 }
  let tries = 0
  const start = () =>
    createAlerts({
      config: { delay: '2m', targets: [HOOK], maintenance: [], ...options.config },
      server: () => 'here',
      events: world.events,
      cluster: world.cluster,
      reasonOf,
      clock: world.clock,
      onFault: (fault) => world.faults.push(fault),
      store: {
        all: () => [...kept.values()],
        put: async (outage) => void kept.set(outage.id, outage),
        delete: async (id) => kept.delete(id)
      },
      waiting: {
        all: () => [...waiting.values()],
        put: async (one) => void waiting.set(one.id, one),
        delete: async (id) => waiting.delete(id)
      },
      send: async (_, message) => {
        tries++
        if (failing.times-- > 0) throw new Error('It answered with status 500')
        sent.push(message)
      }
    })
  let alerts = start()
  t.after(() => alerts.close())
  const restart = () => {
    alerts.close()
    alerts = start()
  }
  if (options.refusing) world.behave(options.refusing, 'refused')
  world.cluster.start(['a', 'b', 'c', 'd', 'e'].map((name) => spec(name)))
  const down = (id: string) => {
    world.behave(id, 'refused')
    world.cluster.reportFailure(id)
  }
  const up = (id: string) => {
    world.behave(id, 'up')
    world.cluster.reportContact(id)
  }
  return { ...world, sent, kept, waiting, failing, alerts, restart, down, up, tries: () => tries }
}

test('an outage is one message after the delay, and one when it is over', async (t) => {
  const { clock, sent, down, up, kept } = createAlertWorld(t)
  await clock.advance(60_000)
  down('a')
  await clock.advance(120_000)
  assert.equal(sent.length, 0)
  await clock.advance(40_000)
  assert.deepEqual(
    sent.map(({ type }) => type),
    ['peers.down']
  )
  assert.equal(sent[0]?.title, 'a is down, says here')
  assert.match(sent[0]?.text ?? '', /^a is offline: 4 probes in a row failed: connection refused$/)
  assert.equal(kept.size, 1)
  await clock.advance(3_600_000)
  assert.equal(sent.length, 1)
  up('a')
  await clock.advance(60_000)
  assert.deepEqual(
    sent.map(({ type }) => type),
    ['peers.down', 'peers.up']
  )
  assert.match(sent[1]?.text ?? '', /a is online again after 1 h 3 min/)
  assert.equal(kept.size, 0)
})

test('an outage that is shorter than the delay is no message', async (t) => {
  const { clock, sent, down, up } = createAlertWorld(t)
  await clock.advance(60_000)
  down('a')
  await clock.advance(100_000)
  up('a')
  await clock.advance(600_000)
  assert.deepEqual(sent, [])
})

test('peers that fall together are one message, which says when the fault may be here', async (t) => {
  const { clock, sent, down } = createAlertWorld(t)
  await clock.advance(60_000)
  for (const id of ['a', 'b']) down(id)
  await clock.advance(200_000)
  assert.equal(sent.length, 1)
  assert.equal(sent[0]?.title, 'a, b are down, says here')
  assert.doesNotMatch(sent[0]?.text ?? '', /may be at here itself/)

  const most = createAlertWorld(t)
  await most.clock.advance(60_000)
  for (const id of ['a', 'b', 'c', 'd']) most.down(id)
  await most.clock.advance(300_000)
  const text = most.sent.map((message) => message.text).join('\n')
  assert.equal(most.sent.length, 1)
  assert.match(text, /That is 4 of 5: the fault may be at here itself/)
})

test('a peer that flaps is one outage until it has been calm for a while', async (t) => {
  const { clock, sent, down, up } = createAlertWorld(t, { config: { delay: '1s' } })
  await clock.advance(60_000)
  for (let outage = 0; outage < 10; outage++) {
    down('a')
    await clock.advance(40_000)
    up('a')
    await clock.advance(20_000)
  }
  const during = sent.length
  assert.ok(during <= 5, `${during} messages`)
  await clock.advance(3_600_000)
  assert.equal(sent.at(-1)?.type, 'peers.up')
  assert.ok(sent.length <= during + 1)
})

test('in a maintenance window nobody is told, after it of what is still down', async (t) => {
  // The moved clock begins at midnight UTC.
  const begin = new Date(Date.UTC(2026, 0, 1))
  const clockTime = (ms: number) => new Date(begin.getTime() + ms).toTimeString().slice(0, 5)
  const { clock, sent, down, up } = createAlertWorld(t, {
    config: { maintenance: [{ from: clockTime(0), to: clockTime(3_600_000) }] }
  })
  await clock.advance(60_000)
  down('a')
  down('b')
  await clock.advance(1_800_000)
  up('b')
  await clock.advance(1_740_000)
  assert.deepEqual(sent, [])
  await clock.advance(120_000)
  assert.deepEqual(
    sent.map(({ title }) => title),
    ['a is down, says here']
  )
})

test('a restart neither repeats a message nor swallows the end of an outage', async (t) => {
  const outage: Outage = { id: 'a', name: 'a', state: 'offline', since: Date.UTC(2025, 11, 31), reason: 'gone' }
  const still = createAlertWorld(t, { outages: [outage], refusing: 'a' })
  await still.clock.advance(600_000)
  assert.deepEqual(still.sent, [])

  const over = createAlertWorld(t, { outages: [outage] })
  await over.clock.advance(60_000)
  assert.deepEqual(
    over.sent.map(({ type }) => type),
    ['peers.up']
  )
})

test('a peer that falls again before its return was told has had one outage', async (t) => {
  const { clock, cluster, sent, behave, down, up } = createAlertWorld(t)
  await clock.advance(60_000)
  down('a')
  await clock.advance(200_000)
  assert.equal(sent.length, 1)
  up('a')
  await clock.advance(3_000)
  assert.equal(cluster.peer('a')?.verdict, 'online')
  behave('a', 'key_refused')
  cluster.reportFailure('a')
  await clock.advance(3_000)
  assert.equal(cluster.peer('a')?.verdict, 'rejected')
  await clock.advance(600_000)
  assert.equal(sent.length, 1)
})

test('a delivery that fails is tried again, and events tell what became of it', async (t) => {
  const { clock, sent, down, failing, seen } = createAlertWorld(t)
  await clock.advance(60_000)
  failing.times = 3
  down('a')
  await clock.advance(300_000)
  assert.equal(sent.length, 0)
  await clock.advance(60_000)
  assert.equal(sent.length, 1)
  const about = seen.filter(({ type }) => type === 'alert.sent')
  assert.deepEqual(
    about.map(({ facts }) => facts?.target),
    ['hook']
  )
  assert.ok(!JSON.stringify(seen).includes('secret-path'))
})

test('what could not be delivered before a stop is delivered after it, once and in order', async (t) => {
  const { clock, sent, down, up, failing, restart, waiting } = createAlertWorld(t)
  await clock.advance(60_000)
  failing.times = 3
  down('a')
  await clock.advance(160_000)
  up('a')
  await clock.advance(30_000)
  assert.deepEqual(sent, [])
  assert.equal(waiting.size, 2)

  restart()
  await clock.advance(600_000)
  assert.deepEqual(
    sent.map(({ title }) => title),
    ['a is down, says here', 'a is back, says here']
  )
  assert.equal(waiting.size, 0)
  restart()
  await clock.advance(600_000)
  assert.equal(sent.length, 2)
})

test('restarts use up no attempts, and give no new ones', async (t) => {
  const { clock, down, failing, restart, seen, tries, waiting } = createAlertWorld(t)
  await clock.advance(60_000)
  failing.times = 100
  down('a')
  await clock.advance(200_000)
  const before = tries()
  for (let starts = 0; starts < 10; starts++) restart()
  await clock.advance(1_000)
  assert.equal(tries(), before)
  await clock.advance(3_600_000)
  assert.equal(tries(), 6)
  assert.equal(seen.filter(({ type }) => type === 'alert.failed').length, 1)
  assert.equal(waiting.size, 0)
})

test('a message for a target that the config lost is not kept for ever', async (t) => {
  const options = { config: { targets: [HOOK] } }
  const { clock, down, failing, restart, waiting, sent } = createAlertWorld(t, options)
  await clock.advance(60_000)
  failing.times = 2
  down('a')
  await clock.advance(170_000)
  assert.equal(waiting.size, 1)
  options.config.targets = [{ ...HOOK, name: 'other' }]
  restart()
  await clock.advance(600_000)
  assert.deepEqual([waiting.size, sent.length], [0, 0])
})

test('a target that never answers is given up after its attempts, and later messages go on', async (t) => {
  const { clock, sent, down, failing, seen, tries } = createAlertWorld(t)
  await clock.advance(60_000)
  failing.times = 6
  down('a')
  await clock.advance(3_000_000)
  assert.equal(tries(), 6)
  assert.equal(seen.filter(({ type }) => type === 'alert.failed').length, 1)
  down('b')
  await clock.advance(300_000)
  assert.deepEqual(
    sent.map(({ title }) => title),
    ['b is down, says here']
  )
})

test('a peer that is removed during its outage is nobody’s business any more', async (t) => {
  const { clock, cluster, sent, down, kept } = createAlertWorld(t)
  await clock.advance(60_000)
  down('a')
  down('b')
  await clock.advance(100_000)
  cluster.left('a')
  await clock.advance(300_000)
  assert.deepEqual(
    sent.map(({ title }) => title),
    ['b is down, says here']
  )
  cluster.left('b')
  await clock.advance(300_000)
  assert.equal(sent.length, 1)
  assert.equal(kept.size, 0)
})

test('a test says of each target whether it took the message', async (t) => {
  const { alerts, failing, sent } = createAlertWorld(t, { config: { targets: [HOOK, { ...HOOK, name: 'other' }] } })
  failing.times = 1
  assert.deepEqual(await alerts.test(), {
    targets: [
      { target: 'hook', ok: false, error: 'It answered with status 500' },
      { target: 'other', ok: true }
    ]
  })
  assert.equal(sent[0]?.type, 'test')
})
