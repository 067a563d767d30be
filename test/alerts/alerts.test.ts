import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Incident } from '../../src/schemas/alerts/incident.ts'
import { until } from '../daemon.ts'
import { createAlertWorld, HOOK } from './world.ts'

const incidentOf = (id: string): Incident => ({
  id: 'i1',
  kind: 'peers',
  since: Date.UTC(2025, 11, 31),
  told: Date.UTC(2025, 11, 31),
  members: 5,
  problems: [
    {
      key: `peer ${id}`,
      kind: 'peer',
      server: id,
      server_id: id,
      since: Date.UTC(2025, 11, 31),
      title: 'does not answer',
      grave: true
    }
  ]
})

test('an outage is one message after the delay, and one when it is over', async (t) => {
  const { clock, sent, down, up, kept } = createAlertWorld(t)
  await clock.advance(60_000)
  down('a')
  await clock.advance(120_000)
  assert.equal(sent.length, 0)
  await clock.advance(40_000)
  assert.deepEqual(
    sent.map(({ type }) => type),
    ['incident.opened']
  )
  assert.equal(sent[0]?.title, 'a is down, says here')
  assert.match(
    sent[0]?.text ?? '',
    /^a does not answer since 00:0\d UTC\. 4 probes in a row failed: connection refused\.\nLook first with: flatrun-cluster explain a$/
  )
  assert.equal(kept.size, 1)
  await clock.advance(3_600_000)
  assert.equal(sent.length, 1)
  up('a')
  await clock.advance(60_000)
  assert.deepEqual(
    sent.map(({ type }) => type),
    ['incident.opened', 'incident.closed']
  )
  assert.match(sent[1]?.text ?? '', /^a answers again after 1 h 2 min$/)
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
  assert.equal(sent[0]?.title, 'a and b are down, says here')
  assert.doesNotMatch(sent[0]?.text ?? '', /this server itself/)

  const most = createAlertWorld(t)
  await most.clock.advance(60_000)
  for (const id of ['a', 'b', 'c', 'd']) most.down(id)
  await most.clock.advance(300_000)
  assert.deepEqual(most.titles(), ['here may be cut off: 4 of 5 peers do not answer it'])
  assert.match(most.sent[0]?.text ?? '', /The fault may be at this server itself/)
  for (const id of ['a', 'b', 'c', 'd']) most.up(id)
  await most.clock.advance(300_000)
  assert.deepEqual(most.titles().slice(1), ['here reaches its peers again'])
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
  assert.equal(sent.at(-1)?.type, 'incident.closed')
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
  const incident = incidentOf('a')
  const still = createAlertWorld(t, { incidents: [incident], refusing: 'a' })
  await still.clock.advance(600_000)
  assert.deepEqual(still.sent, [])

  const over = createAlertWorld(t, { incidents: [incident] })
  await over.clock.advance(60_000)
  assert.deepEqual(
    over.sent.map(({ type }) => type),
    ['incident.closed']
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

test('restarts use up no attempts, and after a day a message is given up', async (t) => {
  const { clock, down, failing, restart, seen, tries, waiting } = createAlertWorld(t)
  await clock.advance(60_000)
  failing.times = 1_000
  down('a')
  await clock.advance(200_000)
  const before = tries()
  for (let starts = 0; starts < 10; starts++) restart()
  await clock.advance(1_000)
  assert.equal(tries(), before)
  await clock.advance(23 * 3_600_000)
  assert.equal(waiting.size, 2)
  await clock.advance(3 * 3_600_000)
  assert.equal(seen.filter(({ type }) => type === 'alert.failed').length, 2)
  assert.ok(tries() < 120, `${tries()} tries`)
  assert.equal(waiting.size, 0)
})

test('a target that takes nothing for ten minutes is a problem, also after a restart, and its end is told', async (t) => {
  const { clock, down, failing, restart, alerts, titles, sent } = createAlertWorld(t)
  await clock.advance(60_000)
  failing.times = 9
  down('a')
  await clock.advance(400_000)
  assert.ok(
    !alerts()
      .problems()
      .some(({ kind }) => kind === 'alert')
  )
  restart()
  await clock.advance(1_200_000)
  const [problem] = alerts()
    .problems()
    .filter(({ kind }) => kind === 'alert')
  assert.equal(problem?.title, 'messages to hook do not arrive')
  assert.equal(problem?.detail, 'It answered with status 500')
  await clock.advance(4 * 3_600_000)
  assert.deepEqual(titles(), [
    'a is down, says here',
    'here: messages to hook do not arrive',
    'here: messages to hook arrive again'
  ])
  assert.match(sent[0]?.text ?? '', /This message is \d+ h \d+ min late|This message is \d+ min late/)
  assert.deepEqual(
    alerts()
      .problems()
      .map(({ kind }) => kind),
    ['peer']
  )
})

test('a message for a target that the config lost is not kept for ever, and does not go without a word', async (t) => {
  const options = { config: { targets: [HOOK] } }
  const { clock, down, failing, restart, waiting, sent, seen } = createAlertWorld(t, options)
  await clock.advance(60_000)
  failing.times = 2
  down('a')
  await clock.advance(170_000)
  assert.equal(waiting.size, 1)
  options.config.targets = [{ ...HOOK, name: 'other' }]
  restart()
  await clock.advance(600_000)
  assert.deepEqual([waiting.size, sent.length], [0, 0])
  assert.deepEqual(
    seen.flatMap(({ type, reason, facts }) => (type === 'alert.failed' ? [[facts?.target, reason]] : [])),
    [['hook', 'The target was removed before it took this message']]
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
  assert.deepEqual(await alerts().test(), {
    targets: [
      { target: 'hook', ok: false, error: 'It answered with status 500' },
      { target: 'other', ok: true }
    ]
  })
  assert.equal(sent[0]?.type, 'test')
})

test('a message that is taken at once is gone from the store, and comes with no later start', async (t) => {
  const { clock, sent, down, waiting, restart } = createAlertWorld(t)
  await clock.advance(60_000)
  down('a')
  await clock.advance(5 * 60_000)
  assert.equal(sent.length, 1)
  await until(() => waiting.size === 0)
  restart()
  await clock.advance(3 * 24 * 3_600_000)
  assert.equal(sent.length, 1)
})

test('heartbeats that arrive again after a restart end what was told of them', async (t) => {
  const heartbeat = { url: 'https://hc.test/x', every: '1m' }
  const { clock, titles, failingBeats, restart } = createAlertWorld(t, { config: { heartbeat } })
  failingBeats.times = 15
  await clock.advance(14 * 60_000)
  restart()
  failingBeats.times = 0
  await clock.advance(10 * 60_000)
  assert.deepEqual(titles(), ['here: heartbeats do not arrive', 'here: heartbeats arrive again'])
})
