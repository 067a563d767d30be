import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleWorld } from './sample.ts'
import { useScenes } from './scene.ts'

const scene = useScenes()

test('the overview and the list of deployments count alike, also while a server is away', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(fake.url)
  const counter = page.locator('.counters > div').filter({ hasText: 'Deployments running' })
  await counter.getByText('3 unknown').waitFor()
  assert.match((await counter.textContent()) ?? '', /running13 /)
  await counter.getByRole('link', { name: '3 unknown' }).click()
  await page.getByRole('button', { name: 'Unknown 3', pressed: true }).waitFor()
  await page.getByRole('button', { name: 'Running 13' }).waitFor()
  assert.equal(await page.locator('tr.item').count(), 3)
})

test('nothing wrong looks calm: one sentence, and nothing coloured as a problem', async (t) => {
  const world = sampleWorld()
  world.servers = world.servers.filter(({ name }) => name.startsWith('frankfurt'))
  for (const server of world.servers)
    server.deployments = server.deployments.filter(({ status }) => status === 'running')
  const { page, fake } = await scene(t, { world })
  await page.goto(fake.url)
  await page.getByRole('heading', { name: 'Nothing is wrong.' }).waitFor()
  assert.equal(await page.locator('.problems').count(), 0)
  assert.equal(await page.title(), 'Overview · frankfurt-1')
})

test('one cause is one problem: what runs on a server that is away is not told again', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(fake.url)
  const problems = page.locator('.problems a')
  await problems.first().getByText('warsaw-1').waitFor()
  assert.equal(await problems.count(), 4)
  assert.match((await problems.first().textContent()) ?? '', /3 deployments unknown/)
})
