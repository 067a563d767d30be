import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Spoken, titleOf } from '../../src/alerts/headline.ts'
import type { ProblemKind } from '../../src/schemas/alerts/incident.ts'
import type { FailureClass } from '../../src/schemas/health.ts'
import { createAlertWorld } from './world.ts'

/** What one peer of five that fails so is said to be, and to be again. */
const PEERS: Partial<Record<FailureClass, [is: string, over: string]>> = {
  refused: ['is down', 'is back'],
  reset: ['is down', 'is back'],
  timeout: ['is down', 'is back'],
  unlinked: ['is down', 'is back'],
  dns: ['has a name that does not resolve', 'answers by its name again'],
  tls: ['shows a certificate that is not the expected one', 'shows the expected certificate again'],
  http: ['answers with errors', 'answers without errors again'],
  address: ['has an address that may not be dialled', 'answers at an address that may be dialled'],
  internal: ['cannot be asked, by a fault of this server', 'can be asked again'],
  forbidden: ['does not let this server ask', 'lets this server ask again'],
  key_refused: ['refuses our key', 'accepts our key again'],
  clock_skew: ['has another time than this server', 'has the time of this server again'],
  not_agent: ['is reached, but no agent answers there', 'answers as an agent again'],
  bad_json: ['is reached, but no agent answers there', 'answers as an agent again'],
  too_large: ['is reached, but no agent answers there', 'answers as an agent again']
}

for (const [failure, [is, over]] of Object.entries(PEERS))
  test(`a peer that fails by ${failure} ${is}, and in the end ${over}`, async (t) => {
    const { clock, behave, cluster, titles, up, alerts } = createAlertWorld(t)
    await clock.advance(60_000)
    behave('a', failure as FailureClass)
    cluster.reportFailure('a')
    await clock.advance(240_000)
    assert.deepEqual(titles(), [`a ${is}, says here`])
    assert.equal(alerts().problems()[0]?.title, is === 'is down' ? 'does not answer' : is)
    up('a')
    await clock.advance(600_000)
    assert.deepEqual(titles().slice(1), [`a ${over}, says here`])
  })

test('peers that fell together, each by a fault of its own, are said to be what they are', async (t) => {
  const { clock, behave, cluster, titles, down } = createAlertWorld(t, {
    config: { remind: '1h' },
    peers: ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  })
  await clock.advance(60_000)
  for (const id of ['a', 'b']) down(id)
  behave('c', 'key_refused')
  cluster.reportFailure('c')
  await clock.advance(300_000)
  assert.deepEqual(titles(), ['a and b are down; c refuses our key, says here'])
  await clock.advance(3_600_000)
  assert.deepEqual(titles().slice(1), ['a and b are still down; c still refuses our key, says here'])
})

test('a server whose own clock is wrong is not cut off, and is told to look at itself', async (t) => {
  const { clock, behave, cluster, sent, titles } = createAlertWorld(t)
  await clock.advance(60_000)
  for (const id of ['a', 'b', 'c', 'd']) {
    behave(id, 'clock_skew')
    cluster.reportFailure(id)
  }
  await clock.advance(600_000)
  assert.deepEqual(titles(), ['a, b and 2 more have another time than this server, says here'])
  assert.match(sent[0]?.text ?? '', /^These are most of its peers: the fault may be at this server itself/)
})

const problem = (kind: ProblemKind, server: string, title: string, outcome = '') => ({
  ...{ kind, server, title, outcome, since: 0, ended: 0 }
})
const said = (type: Spoken['type'], told: Spoken['told'], open: Spoken['told'] = []) =>
  titleOf({ type, told, open, incident: { kind: 'others', members: 9 } }, 'here')

const DISK = problem('disk', 'a', 'disk 93 % full', 'disk has room again')
const SHOP = problem('deployment', 'a', 'deployment shop does not run', 'deployment shop is well again')
const LOAD = problem('load', 'b', 'load 9.0 on 2 processors', 'the load is normal again')

test('several problems are named, and only the rest is counted', () => {
  assert.equal(said('opened', [DISK, SHOP]), 'a: disk 93 % full; deployment shop does not run')
  assert.equal(
    said('opened', [DISK, SHOP, LOAD]),
    'a: disk 93 % full; deployment shop does not run; b: load 9.0 on 2 processors'
  )
  const rest = [SHOP, DISK, LOAD]
  assert.match(
    said('opened', [DISK, SHOP, ...rest]),
    /^a: disk 93 % full; deployment shop does not run; 3 more problems$/
  )
  const shops = Array.from({ length: 5 }, (_, at) => problem('deployment', 'a', `deployment s${at} does not run`))
  assert.equal(said('opened', shops), 'a: deployment s0 does not run; deployment s1 does not run; 3 more deployments')
  assert.equal(
    said('changed', [DISK, SHOP], [LOAD]),
    'a: disk has room again; deployment shop is well again; left: b: load 9.0 on 2 processors'
  )
  assert.equal(said('reminder', [DISK, SHOP]), 'a: still disk 93 % full; deployment shop does not run')
})

test('many of one kind are named by their servers', () => {
  const disks = ['a', 'b', 'c', 'd'].map((server) => problem('disk', server, 'disk 93 % full'))
  assert.equal(said('opened', disks), 'a, b and 2 more: disk nearly full')
  assert.equal(said('closed', disks.slice(0, 2)), 'a and b: disk nearly full over')
})

test('a name that is as long as a page does not fill the title', () => {
  const long = problem('deployment', 'a', `deployment ${'x'.repeat(400)} does not run`)
  assert.ok(said('opened', [long, DISK]).length < 150)
})
