import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startNode } from '../daemon.ts'
import { openBrowser, openTab } from './browser.ts'

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
