import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useScenes } from './scene.ts'

const scene = useScenes()

test('a change is seen without a reload, and the stream goes on where it was cut', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers`)
  await page.getByText('Live', { exact: true }).waitFor()
  const row = page.getByRole('row').filter({ hasText: 'frankfurt-2' })
  await row.getByText('online').waitFor()

  const server = fake.world.servers.find(({ name }) => name === 'frankfurt-2')
  if (server) server.verdict = 'suspect'
  fake.publish({ type: 'peer.state', peer: 'frankfurt-2', from: 'online', to: 'suspect', reason: 'connection reset' })
  await row.getByText('suspect').waitFor()
  assert.match(await page.title(), /^\(5\)/)

  const newest = fake.world.events.at(-1)?.id
  fake.cut()
  await page.getByText('Reconnecting').waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  assert.equal(fake.resumedAfter.at(-1), newest)
})

test('whoever reads the events is not moved by new ones', async (t) => {
  const { page, fake } = await scene(t, { viewport: { width: 900, height: 400 } })
  await page.goto(`${fake.url}/events`)
  const lines = page.locator('.news li')
  await lines.nth(10).waitFor()
  await page.mouse.wheel(0, 300)
  await page.waitForFunction(() => scrollY > 100)
  const before = await lines.first().textContent()
  fake.publish({ type: 'peer.state', peer: 'helsinki-1', from: 'online', to: 'suspect', reason: 'no answer' })
  await page.getByRole('button', { name: '1 new' }).waitFor()
  assert.equal(await lines.first().textContent(), before)
  await page.getByRole('button', { name: '1 new' }).click()
  await lines.first().getByText('helsinki-1').waitFor()
})

test('a node that is gone leaves what is known, dated', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(fake.url)
  await page.getByRole('link', { name: 'helsinki-1' }).first().waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  await fake.close()
  await page.getByRole('alert').getByText('What is shown was true').waitFor()
  assert.ok(await page.getByRole('link', { name: 'helsinki-1' }).first().isVisible())
  await page.getByText(/stale for \d+ s/).waitFor()
})

test('a server that turns silent keeps its row and its last figures', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(fake.url)
  const row = page.getByRole('row').filter({ hasText: 'warsaw-1' })
  await row.getByText('offline').waitFor()
  await row.getByText('4 min old').waitFor()
  await row.getByText('61 %').waitFor()
  await page.goto(`${fake.url}/deployments?q=wiki`)
  await page.getByRole('row').filter({ hasText: 'wiki' }).getByText('unknown').waitFor()
  await page.getByText('1 of 6 servers did not answer').waitFor()
})

test('what happened before the page was opened is no news, and what happens at once is', async (t) => {
  const { page, fake } = await scene(t)
  // Both are told in the first moment of the stream.
  fake.world.events.push({
    ...{ id: 90, at: new Date(Date.now() + 5_000).toISOString(), type: 'peer.joined' as const },
    peer: 'helsinki-1'
  })
  await page.goto(fake.url)
  await page.locator('.toast').getByText('helsinki-1 joined').waitFor()
  assert.equal(await page.locator('.toast').getByText('home-nas').count(), 0)
})
