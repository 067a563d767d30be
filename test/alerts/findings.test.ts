import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServerFacts } from '../../src/alerts/findings/facts.ts'
import { findingsOf } from '../../src/alerts/findings/findings.ts'
import { DAY_MS } from '../../src/schemas/duration.ts'
import { alertConfig, createAlertWorld, HOOK } from './world.ts'

const figures = (facts: { disk?: number; memory?: number; load?: number } = {}): ServerFacts['figures'] => ({
  cpu: { cores: 2 },
  memory: { usage_percent: facts.memory ?? 20 },
  disk: { usage_percent: facts.disk ?? 20, free: 4.2e9 },
  load_avg: { load5: facts.load ?? 0.1 }
})
const NOW = Date.UTC(2026, 0, 1)
const deployed = (name: string, status: string, more: object = {}) => ({ name, status, services: [], ...more })
const unhealthy = { services: [{ name: 'web', status: 'running', health: 'unhealthy' }] }

/** What a server tells, and what is found wrong with it by the usual rules. */
const TABLE: [string, Partial<ServerFacts>, string[]][] = [
  ['nothing at all', {}, []],
  ['figures that are well', { figures: figures() }, []],
  ['a disk at its limit', { figures: figures({ disk: 90 }) }, ['disk 90 % full']],
  ['a disk below it', { figures: figures({ disk: 89.9 }) }, []],
  ['memory that runs out', { figures: figures({ memory: 95.5 }) }, ['memory 95 % used']],
  ['a load that its two processors cannot bear', { figures: figures({ load: 8.04 }) }, ['load 8.0 on 2 processors']],
  ['a deployment in error', { deployments: [deployed('shop', 'error')] }, ['deployment shop does not run']],
  ['a part of one', { deployments: [deployed('shop', 'partial')] }, ['deployment shop runs only in part']],
  ['an unhealthy one', { deployments: [deployed('shop', 'running', unhealthy)] }, ['deployment shop is unhealthy']],
  [
    'a file with a fault',
    { deployments: [deployed('shop', 'running', { error: 'line 3' })] },
    ['deployment shop has an error']
  ],
  ['one that was stopped', { deployments: [deployed('shop', 'stopped')] }, []],
  ['an engine that is gone', { deployments: [deployed('shop', 'unknown')] }, ['the container engine does not answer']],
  ['FlatRun behind it', { flatrun: {} }, []],
  ['FlatRun that is gone', { flatrun: { error: 'refused' } }, ['FlatRun’s agent cannot be used']],
  ['a certificate for long', { certificateEnds: NOW + 15 * DAY_MS }, []],
  ['one that ends soon', { certificateEnds: NOW + 13 * DAY_MS }, ['its certificate ends in 13 days']],
  ['one that has ended', { certificateEnds: NOW - 3_600_000 }, ['its certificate ended 1 h 0 min ago']],
  ['clocks that differ', { clockOffsetMs: -31_000 }, ['the clocks differ by 31 s; set both by NTP']],
  ['clocks that nearly agree', { clockOffsetMs: 29_000 }, []],
  ['an old backup', { backupAt: NOW - 4 * DAY_MS }, ['the newest backup of the agent is 4 days old']],
  ['a backup of today', { backupAt: NOW - DAY_MS }, []]
]

for (const [what, facts, wanted] of TABLE) {
  test(`${what}: ${wanted.join(', ') || 'nothing is wrong'}`, () => {
    const memory = { told: () => false, now: NOW, restarting: () => new Set<string>() }
    const found = findingsOf({ id: 'a', name: 'a', ...facts }, alertConfig().rules, memory)
    assert.deepEqual(
      found.map(({ title }) => title),
      wanted
    )
  })
}

test('each rule can be turned off', () => {
  const rules = alertConfig().rules
  for (const rule of Object.values(rules)) rule.enabled = false
  const memory = { told: () => false, now: NOW, restarting: () => new Set(['shop web']) }
  for (const [, facts] of TABLE) assert.deepEqual(findingsOf({ id: 'a', name: 'a', ...facts }, rules, memory), [])
})

test('a full disk is told after its time, and its end only when it is clearly better', async (t) => {
  const { clock, facts, titles, sent } = createAlertWorld(t)
  const disk = (percent: number) => facts.set('a', { id: 'a', name: 'a', figures: figures({ disk: percent }) })
  disk(93)
  await clock.advance(4 * 60_000)
  assert.deepEqual(titles(), [])
  await clock.advance(4 * 60_000)
  assert.deepEqual(titles(), ['a: disk 93 % full'])
  assert.match(sent[0]?.text ?? '', /^a: disk 93 % full since 00:00 UTC\. 4\.2 GB free\./)
  disk(89)
  await clock.advance(30 * 60_000)
  assert.equal(titles().length, 1)
  disk(60)
  await clock.advance(5 * 60_000)
  assert.deepEqual(titles().slice(1), ['a: disk has room again'])
})

test('a short spike is no message', async (t) => {
  const { clock, facts, titles } = createAlertWorld(t)
  for (let minute = 0; minute < 30; minute++) {
    facts.set('a', { id: 'a', name: 'a', figures: figures({ disk: minute % 3 === 0 ? 99 : 50 }) })
    await clock.advance(60_000)
  }
  assert.deepEqual(titles(), [])
})

const OFF = { status_reason: 'No container engine is configured (docker_socket is empty)' }

test('a server that tells nothing keeps its problems, and one without an engine misses none', async (t) => {
  const { clock, facts, titles } = createAlertWorld(t)
  facts.set('a', { id: 'a', name: 'a', deployments: [deployed('shop', 'error')] })
  facts.set('b', { id: 'b', name: 'b', deployments: [deployed('blog', 'unknown', OFF)] })
  await clock.advance(10 * 60_000)
  facts.clear()
  await clock.advance(60 * 60_000)
  assert.deepEqual(titles(), ['a: deployment shop does not run'])
})

test('an engine that goes is one message, whatever ran there, and nothing is well meanwhile', async (t) => {
  const { clock, facts, titles } = createAlertWorld(t)
  const all = (status: string) =>
    facts.set('a', { id: 'a', name: 'a', deployments: ['x', 'y', 'z'].map((name) => deployed(name, status)) })
  all('running')
  await clock.advance(120_000)
  facts.set('a', { id: 'a', name: 'a', deployments: [deployed('x', 'error'), deployed('y', 'running')] })
  await clock.advance(10 * 60_000)
  all('unknown')
  await clock.advance(20 * 60_000)
  all('running')
  await clock.advance(10 * 60_000)
  assert.deepEqual(titles(), [
    'a: deployment x does not run',
    'a: the container engine does not answer',
    'a: deployment x is well again',
    'a: the container engine answers again'
  ])
})

test('a container that restarts again and again is told, one that was started once is not', async (t) => {
  const { clock, facts, titles } = createAlertWorld(t)
  const services = (status: string) => ({ services: [{ name: 'web', status }] })
  const show = (shop: string, blog: string) =>
    facts.set('self', {
      id: 'self',
      name: 'here',
      deployments: [deployed('shop', 'running', services(shop)), deployed('blog', 'running', services(blog))]
    })
  show('Up 5 seconds', 'Up 20 seconds')
  await clock.advance(60_000)
  for (let minute = 0; minute < 6; minute++) {
    show(minute % 2 === 0 ? 'Up 12 seconds (healthy)' : 'Restarting (1) 3 seconds ago', 'Up 3 minutes')
    await clock.advance(60_000)
  }
  assert.deepEqual(titles(), ['here: deployment shop restarts again and again'])
  show('Up 2 hours', 'Up 2 hours')
  await clock.advance(10 * 60_000)
  assert.deepEqual(titles().slice(1), ['here: deployment shop is well again'])
})

test('a deployment that was deleted or stopped meanwhile is not said to be well', async (t) => {
  const { clock, facts, titles, sent } = createAlertWorld(t)
  const show = (...deployments: ReturnType<typeof deployed>[]) => facts.set('a', { id: 'a', name: 'a', deployments })
  show(deployed('shop', 'error'), deployed('blog', 'error'))
  await clock.advance(10 * 60_000)
  show(deployed('blog', 'stopped'))
  await clock.advance(10 * 60_000)
  assert.deepEqual(titles(), [
    'a: deployment shop does not run; deployment blog does not run',
    'a: deployment shop is no longer there; deployment blog is stopped now'
  ])
  assert.match(
    sent[1]?.text ?? '',
    /^a: deployment shop is no longer there after .*\na: deployment blog is stopped now after /
  )
})

test('a server that cannot list what it runs is told, and what was wrong there is not said to be over', async (t) => {
  const { clock, facts, titles } = createAlertWorld(t)
  facts.set('a', { id: 'a', name: 'a', deployments: [deployed('shop', 'error')] })
  await clock.advance(10 * 60_000)
  facts.set('a', { id: 'a', name: 'a', unlisted: 'The folder /srv/deployments cannot be read (EACCES)' })
  await clock.advance(10 * 60_000)
  assert.deepEqual(titles(), ['a: deployment shop does not run', 'a: its deployments cannot be listed'])
  facts.set('a', { id: 'a', name: 'a', deployments: [deployed('shop', 'error')] })
  await clock.advance(10 * 60_000)
  assert.equal(titles().at(-1), 'a: its deployments are listed again')
})

test('the message of a peer that is gone has what was last known of it', async (t) => {
  const { clock, facts, sent, down } = createAlertWorld(t)
  facts.set('a', { id: 'a', name: 'a', figures: figures({ disk: 71 }), deployments: [deployed('shop', 'running')] })
  await clock.advance(60_000)
  facts.clear()
  down('a')
  await clock.advance(200_000)
  assert.match(sent[0]?.text ?? '', /Before that: disk 71 %, memory 20 %, load 0\.1, 1 deployment\.$/m)
})

test('a loop that ends in death is not told to be well again', async (t) => {
  const { clock, facts, titles } = createAlertWorld(t)
  const show = (status: string, service: string) =>
    facts.set('a', {
      id: 'a',
      name: 'a',
      deployments: [deployed('shop', status, { services: [{ name: 'web', status: service }] })]
    })
  show('running', 'Restarting (1) 2 seconds ago')
  await clock.advance(10 * 60_000)
  show('error', 'Exited (1) 2 minutes ago')
  await clock.advance(60 * 60_000)
  show('running', 'Up 3 minutes')
  await clock.advance(60 * 60_000)
  assert.deepEqual(titles().slice(0, 2), [
    'a: deployment shop restarts again and again',
    'a: deployment shop does not run'
  ])
  assert.ok(
    titles()
      .slice(2)
      .every((title) => !title.includes('does not'))
  )
})

test('an engine that was gone before the start is missed all the same', async (t) => {
  const { clock, facts, titles } = createAlertWorld(t)
  const why = { status_reason: 'The container engine is not running' }
  facts.set('self', { id: 'self', name: 'here', deployments: [deployed('shop', 'unknown', why)] })
  await clock.advance(60 * 60_000)
  assert.deepEqual(titles(), ['here: the container engine does not answer'])
})

test('a rule that is switched off ends what it found without a word', async (t) => {
  const { clock, facts, titles, alerts } = createAlertWorld(t)
  facts.set('a', { id: 'a', name: 'a', figures: figures({ disk: 97 }) })
  await clock.advance(20 * 60_000)
  const rules = structuredClone(alertConfig().rules)
  rules.disk.enabled = false
  alerts().use(alertConfig({ targets: [HOOK], rules }))
  await clock.advance(20 * 60_000)
  assert.equal(titles().length, 1, titles().join())
})
