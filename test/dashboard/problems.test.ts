import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BY_CLASS, BY_STATE } from '../../src/schemas/peers/remedies.ts'
import { sampleWorld } from './sample.ts'
import { useScenes } from './scene.ts'
import type { World } from './world.ts'
import { deployment, type Server } from './world.ts'

const scene = useScenes()

/** Two servers on which all is well. */
function calmWorld(): World {
  const world = sampleWorld()
  world.servers = world.servers.filter(({ name }) => name.startsWith('frankfurt'))
  for (const server of world.servers)
    server.deployments = server.deployments.filter(({ status }) => status === 'running')
  return world
}

const NO_ENGINE = 'No container engine at /var/run/docker.sock: install one, or set docker_socket'

test('a server without its engine is not called well: what is not known, why, and what to do', async (t) => {
  const world = calmWorld()
  Object.assign(world.servers[0] ?? {}, { incomplete: [{ about: 'engine', state: 'absent', detail: NO_ENGINE }] })
  const { page, fake } = await scene(t, { world })
  await page.goto(fake.url)
  await page.getByRole('heading', { name: 'What runs on frankfurt-1 is not known.' }).waitFor()
  await page.locator('.problems').getByText(NO_ENGINE).click()
  await page.getByText('What runs here is not known.').waitFor()
  await page.getByText(NO_ENGINE).waitFor()
})

test('a server whose folder is missing, or that did not say what it runs, is not called well', async (t) => {
  const world = calmWorld()
  Object.assign(world.servers[0] ?? {}, {
    deployments: [],
    incomplete: [{ about: 'deployments', detail: 'cannot list /srv/deployments: no such folder' }]
  })
  for (const one of world.servers[1]?.deployments ?? []) Object.assign(one, { status: 'unknown' })
  const { page, fake } = await scene(t, { world })
  await page.goto(fake.url)
  await page.getByRole('heading', { name: '2 problems' }).waitFor()
  await page.getByText('its deployments are not known: cannot list /srv/deployments').waitFor()
  await page.getByText('3 deployments unknown · it does not say why').waitFor()
})

test('a server that runs nothing and has no engine on purpose is well', async (t) => {
  const world = calmWorld()
  const off = [{ about: 'engine', state: 'off', detail: 'docker_socket is empty' }]
  Object.assign(world.servers[0] ?? {}, { deployments: [], incomplete: off })
  const { page, fake } = await scene(t, { world })
  await page.goto(fake.url)
  await page.getByRole('heading', { name: 'Nothing is wrong.' }).waitFor()
})

test('nothing is called well before the deployments were asked about', async (t) => {
  const { page, fake } = await scene(t, { world: calmWorld() })
  await page.route('**/api/cluster/deployments*', () => {})
  await page.goto(fake.url)
  await page.getByRole('heading', { name: 'Every server answers.' }).waitFor()
})

/** 200 servers: 41 nearly full, one offline, and more kinds of trouble than there are lines. */
function largeWorld(): World {
  const world = sampleWorld()
  world.servers = Array.from({ length: 200 }, (_, index): Server => {
    const server: Server = { name: `node-${index + 1}`, verdict: 'online', latencyMs: 4, deployments: [] }
    if (index >= 10 && index < 51) server.load = [9, 30, 95]
    if (index >= 60 && index < 65) server.verdict = 'rejected'
    if (index >= 70 && index < 75) server.verdict = 'suspect'
    if (index >= 80 && index < 85) server.verdict = 'removed'
    if (index >= 90 && index < 95) server.deployments = [deployment('app', ['a:1', 'b:1'], { status: 'partial' })]
    if (index === 120) Object.assign(server, { verdict: 'offline', error: 'connection refused', sinceS: 90 })
    return server
  })
  world.self = 'node-1'
  return world
}

test('of 200 servers the grave things come first, what is of one kind is one line, and it leads to exactly those', async (t) => {
  const { page, fake } = await scene(t, { world: largeWorld() })
  await page.goto(fake.url)
  await page.getByRole('heading', { name: '62 problems' }).waitFor()
  const lines = page.locator('.problems a')
  assert.match((await lines.first().textContent()) ?? '', /node-121.*offline.*connection refused/)
  assert.match((await lines.nth(19).textContent()) ?? '', /partly up|suspect/)
  assert.equal(await lines.count(), 21)
  await lines.last().click()
  await page.getByText('41 servers nearly full').waitFor()
  assert.equal(await lines.count(), 22)

  await page.getByText('41 servers nearly full').click()
  await page.getByRole('button', { name: 'Nearly full 41', pressed: true }).waitFor()
  assert.equal(await page.locator('table.servers').getAttribute('aria-rowcount'), '42')
  assert.ok((await page.locator('tr.item').count()) <= 100)
})

test('the title, the rail and the headline count the same problems', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(fake.url)
  await page.getByRole('heading', { name: '4 problems' }).waitFor()
  assert.match(await page.title(), /^\(4\)/)
  assert.match((await page.locator('link[rel=icon]').getAttribute('href')) ?? '', /mark-bad/)
  assert.match((await page.getByRole('link', { name: 'Overview' }).textContent()) ?? '', /4 to look at/)
})

test('containers of a server that is away are not counted as running', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(fake.url)
  const counter = page.locator('.counters > div').filter({ hasText: 'Containers running' })
  await counter.getByText('1 server unknown').waitFor()
  const up = fake.world.servers
    .filter(({ verdict }) => verdict !== 'offline')
    .flatMap(({ deployments }) => deployments.flatMap(({ services }) => services))
    .filter(({ status }) => status === 'running').length
  await counter.filter({ hasText: new RegExp(`running${up} `) }).waitFor()
})

test('the overview of 200 servers draws no more than 100 rows', async (t) => {
  const { page, fake } = await scene(t, { world: largeWorld() })
  await page.goto(fake.url)
  await page.getByRole('link', { name: 'node-2', exact: true }).waitFor()
  assert.ok((await page.locator('tr.item').count()) <= 100)
})

test('beside each cause stands what to do, on the overview and on the page of the server, in the words of the docs', async (t) => {
  const world = sampleWorld()
  const states = [
    ['frankfurt-2', 'rejected', BY_STATE.rejected],
    ['home-nas', 'quarantined', BY_STATE.quarantined],
    ['nuremberg-1', 'suspect', BY_STATE.suspect],
    ['warsaw-1', 'offline', BY_CLASS.refused]
  ] as const
  for (const [name, verdict] of states)
    Object.assign(world.servers.find((one) => one.name === name) ?? {}, { verdict, sinceS: 90 })
  const { page, fake } = await scene(t, { world })
  await page.goto(fake.url)
  const lineOf = (name: string) => page.locator('.problems a').filter({ hasText: name })
  for (const [name, , remedy = ''] of states) await lineOf(name).getByText(remedy).waitFor()
  await lineOf('helsinki-1').getByText('Free space there').waitFor()
  for (const [name, , remedy = ''] of states) {
    await page.goto(`${fake.url}/servers/${name}`)
    await page.locator('.notice').getByText(remedy).waitFor()
  }
  await page.locator('.notice').getByText('connection refused').waitFor()
})
