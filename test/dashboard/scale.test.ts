import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { sampleWorld } from './sample.ts'
import { useScenes } from './scene.ts'
import { deployment, type Server } from './world.ts'

const scene = useScenes()

function large() {
  const world = sampleWorld()
  world.servers = Array.from(
    { length: 200 },
    (_, node): Server => ({
      name: `node-${node + 1}`,
      verdict: node % 50 === 49 ? 'offline' : 'online',
      latencyMs: 1 + node / 7,
      deployments: Array.from({ length: 10 }, (_, index) =>
        deployment(`app-${(node * 10 + index) % 400}`, [`registry.example.net/app:${index}`, 'postgres:18'])
      )
    })
  )
  world.self = 'node-1'
  return world
}

test('200 servers and 2,000 deployments: a list is drawn as far as it is seen, whatever the filter', async (t) => {
  const { page, fake, complaints } = await scene(t, { world: large() })
  await page.goto(`${fake.url}/deployments`)
  await page.getByRole('button', { name: 'All 2000' }).waitFor()
  await page.getByRole('link', { name: 'app-0', exact: true }).first().waitFor()
  assert.ok((await page.locator('tbody tr').count()) < 150)

  const drawn: number[] = []
  for (const wanted of ['app-37', 'node-12', 'postgres', 'node-7', 'app-1', 'app-399']) {
    drawn.push(
      await page.evaluate(async (text) => {
        const input = document.querySelector('input.search')
        if (!(input instanceof HTMLInputElement)) throw new Error('no field')
        let rows = 0
        const watched = new MutationObserver((changes) => {
          for (const { addedNodes } of changes) for (const node of addedNodes) if (node.nodeName === 'TR') rows++
        })
        watched.observe(document.body, { childList: true, subtree: true })
        input.value = text
        input.dispatchEvent(new Event('input', { bubbles: true }))
        // Two frames: one in which it is drawn, and one in which it has been.
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
        watched.disconnect()
        return rows
      }, wanted)
    )
  }
  // What a filter costs is the rows that it draws; each of these finds up to 2,000.
  assert.ok(Math.max(...drawn) > 0 && Math.max(...drawn) < 150, `filters drew ${drawn.join(', ')} rows`)
  await page.getByRole('link', { name: 'app-399', exact: true }).first().waitFor()
  assert.deepEqual(complaints, [])
})

test('the end of a long list is reached by scrolling, and what is on the screen is never empty', async (t) => {
  const { page, fake } = await scene(t, { world: large() })
  await page.goto(`${fake.url}/deployments`)
  await page.getByRole('button', { name: 'All 2000' }).waitFor()
  const empties = await page.evaluate(async () => {
    let empty = 0
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    for (let at = 0; at < document.documentElement.scrollHeight - innerHeight; at += 900) {
      scrollTo(0, at)
      await frame()
      const middle = document.elementFromPoint(innerWidth / 2, innerHeight / 2)
      if (!middle?.closest('tr.item')) empty += 1
    }
    scrollTo(0, document.documentElement.scrollHeight)
    await frame()
    return empty
  })
  assert.equal(empties, 0)
  await page.getByRole('row').last().getByRole('link', { name: 'app-399' }).waitFor()
})

test('200 peers are sorted and filtered, and only those that are seen are asked about', async (t) => {
  const { page, fake } = await scene(t, { world: large() })
  await page.goto(`${fake.url}/servers?sort=state`)
  await page.getByRole('row').nth(1).getByText('offline').waitFor()
  await page.getByRole('button', { name: 'In trouble 4' }).click()
  await page.getByText('node-100', { exact: true }).waitFor()
  assert.equal(await page.locator('tr.item').count(), 4)
  const about = new Set(fake.asked.filter((line) => /GET \/api\/cluster\/peers\/[^/]+$/.test(line)))
  assert.ok(about.size < 80, `${about.size} peers were asked about`)
})

/** The largest of the lists that a screen has drawn, by what their rows are. */
const largest = (page: Page) =>
  page.evaluate(() =>
    Math.max(
      0,
      ...[...document.querySelectorAll('main :is(tbody, ul, ol)')].map(
        (list) => list.querySelectorAll(':scope > :is(tr:not(.spacer), li)').length
      )
    )
  )

test('no list of any screen draws more than a hundred rows, on a high screen too', async (t) => {
  const world = large()
  for (const server of world.servers) server.deployments.push(deployment('everywhere', ['nginx:1.29']))
  const { page, fake } = await scene(t, { world, viewport: { width: 1440, height: 2200 } })
  await page.route('**/api/audit*', (route) => {
    const at = new Date(world.now).toISOString()
    const entries = Array.from({ length: 500 }, (_, index) => ({
      ...{ id: String(index), at, who: 'operator admin', what: 'POST /api/cluster/invite', result: 200, times: 1 }
    }))
    return route.fulfill({ contentType: 'application/json', body: JSON.stringify({ entries }) })
  })
  const places = [
    ['/', 'problems'],
    ['/servers', 'node-2'],
    ['/servers?view=usage', 'Figures from'],
    ['/deployments', 'app-0'],
    ['/deployments/node-1/everywhere', 'Also on'],
    ['/diagnostics', 'Last changes'],
    ['/diagnostics/reachability', 'Each server'],
    ['/events', 'did not tell'],
    ['/settings/audit', 'POST /api/cluster/invite']
  ] as const
  const drawn: string[] = []
  for (const [place, shows] of places) {
    await page.goto(fake.url + place)
    await page.getByText(shows).filter({ visible: true }).first().waitFor()
    const rows = await largest(page)
    if (rows > 100 || rows === 0) drawn.push(`${place}: ${rows}`)
  }
  assert.deepEqual(drawn, [])
})
