import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OPERATOR_KEY, startNode } from '../daemon.ts'
import { openBrowser, openTab } from './browser.ts'
import { ensureBuilt } from './built.ts'

test('a browser shows every operation at /docs, asks nobody else, and breaks no policy', async (t) => {
  const node = await startNode(t)
  const browser = await openBrowser()
  t.after(() => browser.close())
  const { page, complaints } = await openTab(browser)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.goto(`${node.url}/docs`)
  await page.waitForSelector('.opblock')
  const { body } = await node.call('GET', '/api/openapi.json')
  const operations = Object.values<object>(body.paths).flatMap((item) => Object.keys(item))
  assert.equal(await page.locator('.opblock').count(), operations.length)
  await page.locator('.opblock-summary-control').first().click()
  await page.waitForSelector('.opblock-body .response-col_description')
  const elsewhere = asked.filter((url) => !url.startsWith(node.url) && !url.startsWith('data:'))
  assert.deepEqual(elsewhere, [])
  assert.deepEqual(complaints, [])
})

test('whoever is signed in to the dashboard tries a route at /docs without the key, and a dark system shows it dark', async (t) => {
  ensureBuilt()
  const node = await startNode(t)
  const browser = await openBrowser()
  t.after(() => browser.close())
  const { page, complaints } = await openTab(browser, { colorScheme: 'dark' })
  await page.goto(`${node.url}/servers`)
  await page.getByLabel('Operator key').fill(OPERATOR_KEY)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Servers', exact: true }).waitFor()
  await page.goto(`${node.url}/docs`)
  const operation = page.locator('.opblock').filter({ hasText: '/api/cluster/status' })
  await operation.locator('.opblock-summary-control').click()
  const answered = page.waitForResponse((response) => response.url().endsWith('/api/cluster/status'))
  await operation.getByRole('button', { name: 'Execute' }).click()
  assert.equal((await answered).status(), 200)
  assert.match(await page.locator('#ui').evaluate((ui) => getComputedStyle(ui).filter), /invert/)
  assert.deepEqual(complaints, [])
})
