import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useScenes } from './scene.ts'

const scene = useScenes()

test('from the search to a log takes six keys at most, and the focus is then on the screen', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(fake.url)
  await page.getByText('4 problems').waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').waitFor()
  for (const key of ['w', 'i', 'k', 'i']) await page.keyboard.press(key)
  await page.keyboard.press('Shift+Enter')
  await page.getByRole('log', { name: 'Log' }).waitFor()
  assert.equal(new URL(page.url()).search, '?view=log')
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'main')
})

test('where the system paints with its own colours, what is chosen is still told', async (t) => {
  const { page, fake } = await scene(t, { forcedColors: 'active' })
  await page.goto(`${fake.url}/servers?view=usage`)
  const chosen = page.getByRole('button', { name: '1 h', pressed: true })
  await chosen.waitFor()
  assert.match(await chosen.evaluate((button) => getComputedStyle(button).outlineStyle), /solid/)
  const line = page.locator('.legend li').first()
  const ink = () => line.evaluate((item) => getComputedStyle(item, '::before').backgroundColor)
  const inks = new Set([
    await ink(),
    await page
      .locator('.legend li')
      .nth(1)
      .evaluate((item) => getComputedStyle(item, '::before').backgroundColor)
  ])
  assert.equal(inks.size, 2)
})

test('on paper there is what the page says, and none of its buttons', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers`)
  await page.getByRole('link', { name: 'warsaw-1' }).waitFor()
  await page.emulateMedia({ media: 'print' })
  assert.equal(await page.locator('.rail').isVisible(), false)
  assert.equal(await page.getByRole('button', { name: 'Invite' }).isVisible(), false)
  assert.ok(await page.getByRole('link', { name: 'warsaw-1' }).isVisible())
})

test('a log shows colours and no codes, and what is copied has its spaces', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/deployments/frankfurt-1/shop?view=log`)
  const line = page.locator('.log .line').filter({ hasText: 'mail queue' }).first()
  await line.waitFor()
  assert.match((await line.textContent()) ?? '', /^\S+ shop WARN {2}mail queue/)
  assert.equal(await line.locator('.ansi-yellow').textContent(), 'WARN')
})

test('the list of events finds what was done to deployments', async (t) => {
  const { page, fake } = await scene(t)
  fake.world.events.push({
    ...{ id: 99, at: new Date(fake.world.now).toISOString(), type: 'deployment.action' },
    facts: { deployment: 'shop', action: 'restart', by: 'operator alice', outcome: 'succeeded', duration_ms: 900 }
  })
  await page.goto(`${fake.url}/events?kind=deployments`)
  await page.getByText('shop: restart by operator alice: succeeded').waitFor()
  await page.getByRole('searchbox', { name: 'Filter events' }).fill('alice')
  await page.getByText('shop: restart by operator alice: succeeded').waitFor()
  assert.equal(await page.locator('.news li').count(), 1)
})
