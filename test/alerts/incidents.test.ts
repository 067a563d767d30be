import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createIncidents } from '../../src/alerts/incidents/incidents.ts'
import type { Notice } from '../../src/alerts/incidents/tracked.ts'
import { messageOf } from '../../src/alerts/message.ts'
import type { Problem } from '../../src/schemas/alerts/incident.ts'

const MINUTE = 60_000
const peer = (id: string, since = 0): Problem => ({
  key: `peer ${id}`,
  kind: 'peer',
  server: id,
  server_id: id,
  since,
  title: 'does not answer',
  grave: true
})
const deployment = (id: string, name: string): Problem => ({
  key: `deployment ${id} ${name}`,
  kind: 'deployment',
  server: id,
  server_id: id,
  since: 0,
  title: `deployment ${name} does not run`,
  grave: true
})

/** A model, and a clock that follows its own wishes to be asked again. */
function createModel(options: { members?: number; hushed?: (problem: Problem) => boolean; remindMs?: number } = {}) {
  const incidents = createIncidents()
  let now = 0
  const told: (Notice & { at: number })[] = []
  const around = { members: options.members ?? 10, hushed: options.hushed ?? (() => false), remindMs: options.remindMs }
  return {
    incidents,
    told,
    now: () => now,
    types: () => told.map(({ type }) => type),
    pass(ms: number) {
      const end = now + ms
      for (;;) {
        const { notices, next } = incidents.step({ now, wall: now }, around)
        told.push(...notices.map((notice) => ({ ...notice, told: [...notice.told], at: now })))
        if (next === undefined || next > end) break
        now = next
      }
      now = end
    }
  }
}

test('peers of one cut are one incident, also those that were noticed half a minute later', () => {
  const { incidents, told, pass, now } = createModel()
  incidents.open(peer('a', 0), 2 * MINUTE, now())
  pass(40_000)
  incidents.open(peer('b', 40_000), 2 * MINUTE, now())
  incidents.open(peer('c', 40_000), 2 * MINUTE, now())
  pass(10 * MINUTE)
  assert.deepEqual(
    told.map((notice) => [notice.type, notice.told.map(({ server }) => server), notice.incident.kind]),
    [['opened', ['a', 'b', 'c'], 'peers']]
  )
})

test('a dead server with thirty deployments is one message and one recovery', () => {
  const { incidents, told, pass, types, now } = createModel()
  for (let at = 0; at < 30; at++) incidents.open(deployment('a', `d${at}`), 5 * MINUTE, now())
  incidents.open(peer('a'), 2 * MINUTE, now())
  pass(60 * MINUTE)
  assert.deepEqual(types(), ['opened'])
  assert.deepEqual(
    told[0]?.told.map(({ key }) => key),
    ['peer a']
  )
  incidents.close('peer a', 'answers again', now())
  for (let at = 0; at < 30; at++) incidents.close(`deployment a d${at}`, 'is well again', now())
  pass(60 * MINUTE)
  assert.deepEqual(types(), ['opened', 'closed'])
  assert.deepEqual(incidents.all(), [])
})

test('a deployment that stays broken after its server is back is told then', () => {
  const { incidents, told, pass, types, now } = createModel()
  incidents.open(deployment('a', 'shop'), 5 * MINUTE, now())
  incidents.open(peer('a'), 2 * MINUTE, now())
  pass(20 * MINUTE)
  incidents.close('peer a', 'answers again', now())
  pass(20 * MINUTE)
  assert.deepEqual(types().toSorted(), ['closed', 'opened', 'opened'])
  assert.equal(told.find(({ told: [first] }) => first?.kind === 'deployment')?.told.length, 1)
})

test('a storm of two hundred is told as one cut, and its end as one', () => {
  const { incidents, told, pass, types, now } = createModel({ members: 200 })
  for (let at = 0; at < 200; at++) {
    incidents.open(peer(`p${at}`, now()), 2 * MINUTE, now())
    pass(200)
  }
  pass(60 * MINUTE)
  assert.deepEqual(types(), ['opened'])
  assert.equal(told[0]?.incident.kind, 'cut')
  assert.equal(told[0]?.incident.problems.length, 200)
  for (let at = 0; at < 200; at++) {
    incidents.close(`peer p${at}`, 'answers again', now())
    pass(250)
  }
  pass(60 * MINUTE)
  assert.deepEqual(types(), ['opened', 'closed'])
})

test('a server that seems to be cut off says nothing but that', () => {
  const { incidents, pass, types, now } = createModel({ members: 3 })
  for (const id of ['a', 'b']) incidents.open(peer(id), 0, now())
  pass(MINUTE)
  incidents.open(peer('c', now()), 0, now())
  incidents.open(deployment('c', 'shop'), 0, now())
  pass(60 * MINUTE)
  assert.deepEqual(types(), ['opened'])
  // What is wrong at this server itself is told all the same.
  incidents.open({ ...deployment('self', 'own'), server: 'here' }, 0, now())
  pass(60 * MINUTE)
  assert.deepEqual(types(), ['opened', 'opened'])
})

test('most peers that others do not reach either are down, and this server is not cut off', () => {
  const { incidents, told, pass, types, now } = createModel({ members: 6 })
  for (const id of ['a', 'b', 'c', 'd']) incidents.open({ ...peer(id), confirmed: true }, 0, now())
  pass(MINUTE)
  assert.deepEqual([told[0]?.incident.kind, told[0]?.told.length], ['peers', 4])
  const { title, text } = messageOf(told[0]!, 'here', now())
  assert.equal(title, 'a, b and 2 more are down, says here')
  assert.match(text, /^These are most of its peers, and others find the same: the network between them may be cut\.\n/)
  incidents.open(deployment('e', 'shop'), 0, now())
  pass(10 * MINUTE)
  assert.deepEqual(types(), ['opened', 'opened'], 'what is wrong where it reaches is told as ever')
})

test('what comes one after the other is bounded to a few messages an hour', () => {
  const { incidents, told, pass, now } = createModel({ members: 1_000 })
  for (let at = 0; at < 240; at++) {
    incidents.open(peer(`p${at}`, now()), 0, now())
    pass(15_000)
  }
  assert.equal(new Set(told.flatMap((notice) => notice.told.map(({ key }) => key))).size > 200, true)
  assert.ok(told.length <= 20, `${told.length} messages an hour`)
})

test('a problem that comes and goes is told less and less often', () => {
  const { incidents, told, pass, now } = createModel()
  for (let at = 0; at < 40; at++) {
    incidents.open(deployment('a', 'shop'), 0, now())
    pass(90_000)
    incidents.close('deployment a shop', 'is well again', now())
    pass(90_000)
  }
  assert.ok(told.length <= 8, `${told.length} messages in two hours`)
  pass(120 * MINUTE)
  assert.equal(told.at(-1)?.type, 'closed')
})

test('what ends bit by bit is told when it settles, with what is left', () => {
  const { incidents, told, pass, now } = createModel()
  for (const id of ['a', 'b', 'c']) incidents.open(peer(id), 0, now())
  pass(5 * MINUTE)
  incidents.close('peer a', 'answers again', now())
  pass(30_000)
  incidents.close('peer b', 'answers again', now())
  pass(5 * MINUTE)
  incidents.close('peer c', 'answers again', now())
  pass(5 * MINUTE)
  assert.deepEqual(
    told.map(({ type, told: about, open }) => [type, about.map(({ server }) => server), open.length]),
    [
      ['opened', ['a', 'b', 'c'], 3],
      ['changed', ['a', 'b'], 1],
      ['closed', ['c'], 0]
    ]
  )
})

test('reminders come when they are asked for, and end with the incident', () => {
  const { incidents, pass, types, now } = createModel({ remindMs: 60 * MINUTE })
  incidents.open(peer('a'), 0, now())
  pass(190 * MINUTE)
  assert.deepEqual(types(), ['opened', 'reminder', 'reminder', 'reminder'])
  incidents.close('peer a', 'answers again', now())
  pass(190 * MINUTE)
  assert.deepEqual(types().slice(4), ['closed'])
})

test('a silence holds back what begins and what ends, and after it only what is still so is told', () => {
  let silent = true
  const { incidents, pass, types, now, told } = createModel({ hushed: () => silent })
  for (const id of ['a', 'b']) incidents.open(peer(id), 0, now())
  pass(30 * MINUTE)
  incidents.close('peer b', 'answers again', now())
  pass(30 * MINUTE)
  assert.deepEqual(types(), [])
  silent = false
  pass(5 * MINUTE)
  assert.deepEqual(
    told[0]?.told.map(({ server }) => server),
    ['a']
  )
  silent = true
  incidents.close('peer a', 'answers again', now())
  pass(30 * MINUTE)
  assert.deepEqual(types(), ['opened'])
  silent = false
  pass(5 * MINUTE)
  assert.deepEqual(types(), ['opened', 'closed'])
})

test('what was told before a restart is not told again, and its end is', () => {
  const before = createModel()
  before.incidents.open(peer('a'), 0, 0)
  before.pass(5 * MINUTE)
  const after = createIncidents(structuredClone(before.incidents.all()))
  after.open(peer('a', 99), 0, 0)
  const around = { members: 10, hushed: () => false }
  assert.deepEqual(after.step({ now: 10 * MINUTE, wall: 10 * MINUTE }, around).notices, [])
  after.close('peer a', 'answers again', 10 * MINUTE)
  const [notice] = after.step({ now: 12 * MINUTE, wall: 12 * MINUTE }, around).notices
  assert.deepEqual([notice?.type, notice?.told[0]?.since], ['closed', 0])
})

test('who was down before does not make one more that goes a cut', () => {
  const { incidents, told, pass, now } = createModel({ members: 5 })
  for (const id of ['a', 'b']) incidents.open(peer(id), 0, now())
  pass(24 * 60 * MINUTE)
  incidents.open(peer('c', now()), 0, now())
  pass(10 * MINUTE)
  incidents.open({ ...deployment('d', 'shop'), since: now() }, 0, now())
  pass(10 * MINUTE)
  assert.deepEqual(
    told.map(({ incident, told: about }) => [incident.kind, about.map(({ server }) => server)]),
    [
      ['peers', ['a', 'b']],
      ['peers', ['c']],
      ['others', ['d']]
    ]
  )
})

test('a silence of one holds back the end of no other', () => {
  const silent = new Set<string>()
  const { incidents, told, pass, now } = createModel({ hushed: ({ server }) => silent.has(server) })
  for (const id of ['a', 'b']) incidents.open(peer(id), 0, now())
  pass(10 * MINUTE)
  silent.add('a')
  for (const id of ['a', 'b']) incidents.close(`peer ${id}`, 'answers again', now())
  pass(10 * MINUTE)
  assert.deepEqual(
    told.map(({ type, told: about, open }) => [type, about.map(({ server }) => server), open.length]),
    [
      ['opened', ['a', 'b'], 2],
      ['changed', ['b'], 0]
    ]
  )
})

test('what turns out to be a link only is told as late as links are', () => {
  const { incidents, told, pass, now } = createModel()
  incidents.open(peer('a'), 2 * MINUTE, now())
  pass(MINUTE)
  incidents.open(peer('a'), 10 * MINUTE, now())
  pass(8 * MINUTE)
  assert.equal(told.length, 0)
  pass(2 * MINUTE)
  assert.equal(told.length, 1)
})

const link = (id: string, since = 0): Problem => ({ ...peer(id, since), local: true, grave: false })

test('links of one server are one message and one end, however they come and go', () => {
  const { incidents, told, pass, types, now } = createModel()
  for (const id of ['a', 'b']) incidents.open(link(id), 10 * MINUTE, now())
  pass(15 * MINUTE)
  assert.deepEqual([types(), told[0]?.incident.kind], [['opened'], 'links'])
  incidents.open(link('c', now()), 10 * MINUTE, now())
  pass(15 * MINUTE)
  for (let times = 0; times < 10; times++) {
    incidents.close('peer a', 'answers again', now())
    pass(3 * MINUTE)
    incidents.open(link('a', now()), 10 * MINUTE, now())
    pass(3 * MINUTE)
  }
  assert.deepEqual(types(), ['opened'])
  for (const id of ['a', 'b', 'c']) incidents.close(`peer ${id}`, 'answers again', now())
  pass(120 * MINUTE)
  assert.deepEqual(types(), ['opened', 'closed'])
  assert.deepEqual(told[1]?.told.map(({ server }) => server).toSorted(), ['a', 'b', 'c'])
})

test('a storm of which half was named a link in between is one cut all the same', () => {
  const { incidents, told, pass, now } = createModel({ members: 200 })
  // Until most are gone nobody says that this server is cut off; those that are asked about anew are said to be so.
  for (let at = 0; at < 200; at++)
    incidents.open(at < 110 ? peer(`p${at}`) : link(`p${at}`), (at < 110 ? 2 : 10) * MINUTE, 0)
  pass(90_000)
  for (let at = 0; at < 80; at++) incidents.open(link(`p${at}`, now()), 10 * MINUTE, now())
  pass(60 * MINUTE)
  assert.deepEqual(
    told.map(({ type, incident, told: about }) => [type, incident.kind, about.length]),
    [['opened', 'cut', 200]]
  )
})

test('a link that turns out to be an outage is told as one, and an outage beside a link is not held back', () => {
  const { incidents, told, pass, now } = createModel()
  incidents.open(link('a'), 10 * MINUTE, now())
  incidents.open(peer('b'), 2 * MINUTE, now())
  pass(12 * MINUTE)
  incidents.open(peer('a'), 2 * MINUTE, now())
  pass(12 * MINUTE)
  assert.deepEqual(
    told.map(({ type, incident, told: about }) => [type, incident.kind, about.map(({ server }) => server)]),
    [
      ['opened', 'peers', ['b']],
      ['opened', 'links', ['a']],
      ['opened', 'peers', ['a']]
    ]
  )
})
