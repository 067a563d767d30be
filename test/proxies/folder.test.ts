import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { authorized, join, OPERATOR_KEY, sees, startNode, until } from '../daemon.ts'
import { openBrowser } from '../dashboard/browser.ts'
import { ensureBuilt } from '../dashboard/built.ts'
import { listenIn, startStately } from '../dashboard/stately.ts'
import { startFakePeer } from '../fake-peer.ts'
import { caddy, freePort, nginx, type ReverseProxy } from './servers.ts'

let browser: Browser
before(async () => {
  ensureBuilt()
  browser = await openBrowser()
})
after(() => browser.close())

/** A node that a proxy shows in a folder. */
async function inFolder(t: TestContext, proxy: ReverseProxy, more: Record<string, unknown> = {}) {
  const [front, back] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${front}/tools/flatrun`
  const behind = { 'api.port': back, 'api.trust_proxy': ['127.0.0.1'], 'cluster.advertise_url': url }
  const node = await startNode(t, { name: 'behind', config: { ...behind, ...more } })
  await proxy.start(t, front, back, '/tools/flatrun')
  return { node, url }
}

/** Another node that has joined it by that address. */
async function joinedInFolder(t: TestContext, proxy: ReverseProxy) {
  const { node, url } = await inFolder(t, proxy)
  const other = await startNode(t, { name: 'other' })
  assert.equal((await join(node, other)).status, 200)
  await Promise.all([sees(node, 'other', 'online'), sees(other, 'behind', 'online')])
  return { node, other, url }
}

/** A page, and every answer to it that is a failure. */
async function openPage(t: TestContext): Promise<{ page: Page; lost: string[] }> {
  const page = await browser.newPage()
  t.after(() => page.close())
  page.setDefaultTimeout(30_000)
  const lost: string[] = []
  page.on('response', (answer) => {
    if (answer.status() >= 400 && answer.status() !== 401) lost.push(`${answer.status()} ${answer.url()}`)
  })
  return { page, lost }
}

async function signIn(page: Page, url: string) {
  await page.goto(url)
  await page.getByLabel('Operator key').fill(OPERATOR_KEY)
  await page.keyboard.press('Enter')
}

for (const proxy of [nginx, caddy]) {
  const { name, skip } = proxy

  test(`a signed request arrives in a folder of ${name}, however its path is written there`, { skip }, async (t) => {
    const { other } = await joinedInFolder(t, proxy)
    for (const deployment of ['web', 'a%40b', 'caf%C3%A9', 'my%20app', 'x%7Ey%2Dz', "it's(1)"]) {
      const { status, body } = await other.call('GET', `/api/cluster/peers/behind/proxy/deployments/${deployment}`)
      assert.deepEqual([status, body.code], [404, 'deployment_unknown'], `${deployment}: ${JSON.stringify(body)}`)
    }
  })

  test(`a peer’s redirect leads back through the folder of ${name}`, { skip }, async (t) => {
    const { node, url } = await inFolder(t, proxy)
    const plain = await startFakePeer({ name: 'plain' })
    t.after(plain.close)
    await plain.join(node.url, (await node.call('POST', '/api/cluster/invite')).body.invite_token)
    await sees(node, 'plain', 'online')
    plain.on('/api/old/place', (_request, response) => response.writeHead(307, { location: '/api/new?x=1' }).end())
    plain.on('/api/new', (_request, response) => response.end('"here"'))
    const place = `${url}/api/cluster/peers/plain/proxy`
    const answer = await fetch(`${place}/old/place`, { headers: authorized(OPERATOR_KEY) })
    assert.deepEqual([answer.status, answer.url, await answer.text()], [200, `${place}/new?x=1`, '"here"'])
  })

  test(`the dashboard works in a folder of ${name}`, { skip }, async (t) => {
    const { url } = await joinedInFolder(t, proxy)
    const { page, lost } = await openPage(t)
    await signIn(page, `${url}/`)
    const link = page.locator('a[href="/tools/flatrun/servers"]').first()
    await link.click()
    await page.locator('a[href="/tools/flatrun/servers/other"]').first().click()
    await page.waitForURL(`${url}/servers/other`)
    await page.reload()
    await page.getByRole('heading', { name: 'other' }).first().waitFor()
    assert.deepEqual(lost, [])
  })

  test(`what is tried out in the documents asks below the folder of ${name}`, { skip }, async (t) => {
    const { url } = await inFolder(t, proxy)
    const { page, lost } = await openPage(t)
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.goto(`${url}/docs#/status/getHealth`)
    await page.getByRole('button', { name: 'Execute' }).click()
    await page.locator('.live-responses-table .response-col_status').first().waitFor()
    assert.ok(asked.includes(`${url}/api/health`), asked.join('\n'))
    assert.deepEqual(lost, [])
  })

  test(`the inspector’s page works in a folder of ${name}`, { skip }, async (t) => {
    const stately = await startStately(t)
    const { url } = await inFolder(t, proxy, {
      'cluster.inspector.enabled': true,
      'cluster.inspector.url': stately.url
    })
    const { page, lost } = await openPage(t)
    await signIn(page, `${url}/inspect`)
    await page.getByRole('button', { name: 'Watch' }).click()
    await page.getByText('Watching').waitFor()
    const told = listenIn(page, stately)
    await until(async () => (await told()).some(({ name }) => name === 'supervisor'), 'the supervisor')
    await page.getByRole('link', { name: 'The page Diagnostics' }).click()
    await page.waitForURL(`${url}/diagnostics`)
    await page.getByRole('heading', { name: 'Diagnostics', exact: true }).waitFor()
    assert.deepEqual(lost, [])
  })
}
