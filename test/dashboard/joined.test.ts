import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { OPERATOR_KEY, startNode, temporaryFolder } from '../daemon.ts'
import { openBrowser, openTab } from './browser.ts'
import { ensureBuilt } from './built.ts'

let browser: Browser
before(async () => {
  ensureBuilt()
  browser = await openBrowser()
})
after(() => browser.close())

test('two nodes are joined through their pages, a deployment is found by search, a killed node is seen to turn', async (t) => {
  const first = await startNode(t, { name: 'north-1', config: { 'cluster.health_interval': '1s' } })
  const folder = temporaryFolder(t)
  const project = path.join(folder, 'deployments', 'shop-front')
  mkdirSync(project, { recursive: true })
  writeFileSync(path.join(project, 'compose.yml'), 'services:\n  web:\n    image: nginx:1.29\n')
  const config = { deployments_path: path.dirname(project) }
  const second = await startNode(t, { name: 'south-1', folder, config })
  const north = await openTab(browser)
  const south = await openTab(browser)
  t.after(() => Promise.all([north.page.context().close(), south.page.context().close()]))

  for (const [{ page }, node] of [
    [north, first],
    [south, second]
  ] as const) {
    await page.goto(`${node.url}/servers`)
    await page.getByLabel('Operator key').fill(OPERATOR_KEY)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Servers', exact: true }).waitFor()
  }

  await north.page.getByRole('button', { name: 'Invite', exact: true }).click()
  await north.page.getByLabel('Note').fill('the southern one')
  await north.page.getByRole('button', { name: 'Make the token' }).click()
  const token = (await north.page.locator('.code').first().textContent())?.trim() ?? ''
  assert.match(token, /^frc1\./)

  await south.page.getByRole('button', { name: 'Join', exact: true }).click()
  await south.page.getByLabel('Invite token').fill(token)
  await south.page.getByRole('dialog').getByRole('button', { name: 'Join', exact: true }).click()
  await south.page.getByText('This server and north-1 are joined.').waitFor()

  await north.page.getByText('south-1 joined').first().waitFor()
  await north.page.getByRole('button', { name: 'Done' }).click()
  const row = north.page.getByRole('row').filter({ hasText: 'south-1' })
  await row.getByText('online').waitFor()

  await north.page.keyboard.press('Control+k')
  await north.page.keyboard.type('shop-front')
  await north.page.getByRole('option', { name: /shop-front.* on south-1/ }).waitFor()
  await north.page.keyboard.press('Enter')
  await north.page.getByRole('heading', { name: 'shop-front' }).waitFor()
  await north.page.getByText('nginx:1.29').waitFor()
  await north.page.getByRole('link', { name: 'Compose file' }).click()
  await north.page.getByText('image: nginx:1.29').waitFor()
  await north.page.goto(`${first.url}/servers`)
  await row.getByText('online').waitFor()

  await second.stop()
  await row.getByText(/suspect|offline/).waitFor()
  assert.deepEqual([...north.complaints, ...south.complaints], [])
})
