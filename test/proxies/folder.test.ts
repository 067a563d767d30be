import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { join, OPERATOR_KEY, sees, startNode } from '../daemon.ts'
import { openBrowser } from '../dashboard/browser.ts'
import { caddy, freePort, nginx, type ReverseProxy } from './servers.ts'

/** A node that a proxy shows in a folder, and another that has joined it by that address. */
async function inFolder(t: TestContext, proxy: ReverseProxy) {
  const [front, back] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${front}/tools/flatrun`
  const config = { 'api.port': back, 'api.trust_proxy': ['127.0.0.1'], 'cluster.advertise_url': url }
  const node = await startNode(t, { name: 'behind', config })
  await proxy.start(t, front, back, '/tools/flatrun')
  const other = await startNode(t, { name: 'other' })
  assert.equal((await join(node, other)).status, 200)
  await Promise.all([sees(node, 'other', 'online'), sees(other, 'behind', 'online')])
  return { node, other, url }
}

for (const proxy of [nginx, caddy]) {
  const { name, skip } = proxy

  test(`a signed request arrives in a folder of ${name}, however its path is written there`, { skip }, async (t) => {
    const { other } = await inFolder(t, proxy)
    for (const deployment of ['web', 'a%40b', 'caf%C3%A9', 'my%20app', 'x%7Ey%2Dz', "it's(1)"]) {
      const { status, body } = await other.call('GET', `/api/cluster/peers/behind/proxy/deployments/${deployment}`)
      assert.deepEqual([status, body.code], [404, 'deployment_unknown'], `${deployment}: ${JSON.stringify(body)}`)
    }
  })

  test(`the dashboard works in a folder of ${name}`, { skip }, async (t) => {
    const { url } = await inFolder(t, proxy)
    const browser = await openBrowser()
    t.after(() => browser.close())
    const page = await browser.newPage()
    page.setDefaultTimeout(30_000)
    const lost: string[] = []
    page.on('response', (answer) => {
      if (answer.status() >= 400 && answer.status() !== 401) lost.push(`${answer.status()} ${answer.url()}`)
    })
    await page.goto(`${url}/`)
    await page.getByLabel('Operator key').fill(OPERATOR_KEY)
    await page.keyboard.press('Enter')
    const link = page.locator('a[href="/tools/flatrun/peers"]').first()
    await link.click()
    await page.locator('a[href="/tools/flatrun/peers/other"]').first().click()
    await page.waitForURL(`${url}/peers/other`)
    await page.reload()
    await page.getByRole('heading', { name: 'other' }).first().waitFor()
    const document = page.waitForResponse(`${url}/api/openapi.json`)
    await page.goto(`${url}/docs`)
    assert.equal((await document).status(), 200)
    assert.deepEqual(lost, [])
  })
}
