import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actOf } from '../../src/dashboard/lib/words/acts.ts'
import { joinOf } from '../../src/dashboard/screens/events/joins.ts'
import { told } from '../../src/dashboard/screens/events/kinds.ts'
import { fieldOf, spanOf } from '../../src/dashboard/screens/events/spans.ts'
import type { NewEvent } from '../../src/schemas/event.ts'
import { sampleWorld } from './sample.ts'
import { useScenes } from './scene.ts'

const scene = useScenes()

test('last night is from six in the evening to eight in the morning, and goes on until now before that is over', () => {
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour).getTime()
  assert.deepEqual(spanOf('night', at(20, 14)), { from: at(19, 18), to: at(20, 8) })
  assert.deepEqual(spanOf('night', at(20, 3)), { from: at(19, 18) })
  assert.deepEqual(spanOf('hour', at(20, 3)), { from: at(20, 2) })
  assert.deepEqual(spanOf('', at(20, 3)), {})
  assert.equal(fieldOf(at(20, 3)), '2026-11-20T03:00')
})

test('what somebody did is told in words, and a refusal as one', () => {
  const act = { what: 'DELETE /api/cluster/peers/:name', target: 'web-2', result: 200, times: 1 }
  assert.equal(actOf(act), 'removed a server: web-2')
  assert.equal(actOf({ ...act, result: 403, times: 3 }), 'removed a server: web-2, which was refused (403), 3 times')
  assert.equal(actOf({ ...act, what: 'PUT /api/new', result: 502 }), 'PUT /api/new: web-2, which failed (502)')
})

test('events of all servers are one list by days, with who did what, names as links, and who did not answer', async (t) => {
  const world = sampleWorld()
  world.events.push({
    ...{ id: 90, at: new Date(world.now - 1_000).toISOString(), type: 'deployment.action' as const },
    facts: { deployment: 'shop', action: 'restart', by: 'operator alice', outcome: 'succeeded', duration_ms: 900 }
  })
  const { page, fake } = await scene(t, { world })
  await page.goto(`${fake.url}/events`)
  await page.getByRole('heading', { name: 'Today' }).waitFor()
  await page.getByText('1 of 6 servers did not tell what happened there').waitFor()
  const rows = page.locator('.news li')
  const done = rows.filter({ hasText: 'restart by operator alice' })
  await done.getByRole('link', { name: 'shop' }).click()
  await page.waitForURL(`${fake.url}/deployments/frankfurt-1/shop`)
  await page.goBack()
  await page.getByRole('button', { name: 'Who did what' }).click()
  await rows.filter({ hasText: 'changed what a server may do: home-nas · by operator admin' }).waitFor()
  assert.equal(await rows.filter({ hasText: 'offline' }).count(), 0)
  await page.goto(`${fake.url}/events?q=warsaw-1&kind=states`)
  await rows.first().waitFor()
  await rows.first().getByRole('link', { name: 'warsaw-1' }).click()
  await page.waitForURL(`${fake.url}/servers/warsaw-1`)
})

test('a range is asked for, in a word or from a moment to another, and is in the address', async (t) => {
  const { page, fake } = await scene(t)
  const asked = () =>
    new URL(fake.asked.findLast((what) => what.includes('/timeline?'))?.split(' ')[1] ?? '', fake.url).searchParams
  await page.goto(`${fake.url}/events`)
  await page.getByRole('button', { name: 'Last hour' }).click()
  await page.waitForURL(/range=hour/)
  await page.getByText('2 new').or(page.locator('.news li').first()).first().waitFor()
  assert.ok(Math.abs(Date.parse(asked().get('from') ?? '') - (Date.now() - 3_600_000)) < 120_000)
  await page.getByLabel('to', { exact: true }).fill('2026-01-02T08:00')
  await page.getByText('Nothing happened in this time').waitFor()
  assert.equal(asked().get('to'), new Date('2026-01-02T08:00').toISOString())
})

test('events are those of the servers that a tag means', async (t) => {
  const world = sampleWorld()
  for (const server of world.servers) if (server.name === 'warsaw-1') server.tags = ['pl', 'prod']
  const { page, fake } = await scene(t, { world })
  await page.goto(`${fake.url}/events`)
  await page.getByRole('button', { name: '@pl 1' }).click()
  await page.getByRole('button', { name: '@prod 1' }).click()
  const rows = page.locator('.news li')
  await page.waitForFunction(() =>
    [...document.querySelectorAll('.news li')].every((row) => /warsaw-1/.test(row.textContent ?? ''))
  )
  assert.ok((await rows.count()) > 1)
  assert.ok(fake.asked.some((what) => /servers=%40pl&servers=%40prod/.test(what)))
  await page.getByRole('searchbox').fill('@nobody')
  await page.getByText('No event matches').waitFor()
})

test('of many events a hundred are drawn, and the older ones are one click away', async (t) => {
  const world = sampleWorld()
  const event: NewEvent = { type: 'peer.state', peer: 'helsinki-1', from: 'online', to: 'suspect' }
  world.events = Array.from({ length: 250 }, (_, index) => ({
    ...{ id: index + 1, at: new Date(world.now - (250 - index) * 1_000).toISOString() },
    ...event,
    reason: `failure ${index}`
  }))
  const { page, fake } = await scene(t, { world })
  await page.goto(`${fake.url}/events`)
  await page.getByText('failure 249').waitFor()
  assert.equal(await page.locator('.news li').count(), 100)
  await page.getByRole('button', { name: 'Older' }).click()
  await page.getByText('failure 120').waitFor()
  assert.equal(await page.locator('.news li').count(), 100)
  await page.getByRole('button', { name: 'Back to the newest' }).click()
  await page.getByText('failure 249').waitFor()
})

test('the events of one server are the same list: by days, with who did what, and what this server saw of it', async (t) => {
  const world = sampleWorld()
  const { page, fake } = await scene(t, { world })
  await page.goto(`${fake.url}/servers/home-nas/events`)
  await page.getByRole('heading', { name: 'Today' }).waitFor()
  const rows = page.locator('.news li')
  await rows.filter({ hasText: 'unstable' }).first().waitFor()
  assert.deepEqual(new Set(await rows.locator('.state').allTextContents()), new Set(['home-nas']))
  const asked = new URL(fake.asked.findLast((what) => what.includes('/timeline?'))?.split(' ')[1] ?? '', fake.url)
  assert.deepEqual(
    ['about', 'servers'].map((name) => asked.searchParams.get(name)),
    ['home-nas', 'home-nas,frankfurt-1']
  )
  await page.getByRole('button', { name: 'States' }).click()
  await page.waitForURL(/kind=states/)
  await rows.filter({ hasText: 'joined' }).first().waitFor({ state: 'detached' })
})

test('a join is told from the side of who came, whichever of the two noted it', () => {
  const row = {
    id: 'a.e1',
    at: '2026-11-29T00:00:00Z',
    server: 'vm',
    seen_by: ['vm'],
    type: 'peer.joined',
    peer: 'nas'
  }
  assert.deepEqual(joinOf({ ...row, reason: 'it accepted an invite of vm' }), {
    who: 'nas',
    whom: 'vm',
    how: ', with an invite from there'
  })
  assert.equal(told({ ...row, reason: 'vm accepted its invite' }), 'joined nas, with an invite from there')
  assert.equal(told({ ...row, reason: 'introduced by hub' }), 'joined vm, introduced by hub')
  assert.equal(told(row), 'joined vm')
  const links =
    'this server accepted its invite, and keeps connections open to it, since it cannot be dialled from there'
  assert.match(told({ ...row, reason: links }), /^joined nas, .*, and keeps connections open to it$/)
})
