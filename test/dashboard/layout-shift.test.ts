import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { useScenes } from './scene.ts'

const scene = useScenes()

/** Of the Core Web Vitals, "good" ends at 0.1. */
const MOST = 0.05
const SLOW = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 90_000 }

interface Shift {
  by: number
  what: string
}

/** Notes each move of what nobody had touched, with what moved. */
const noteShifts = (page: Page) =>
  page.addInitScript(() => {
    const found: Shift[] = []
    Object.assign(window, { shifts: found })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (Reflect.get(entry, 'hadRecentInput')) continue
        const moved: { node?: Node }[] = Reflect.get(entry, 'sources') ?? []
        const what = moved
          .map(({ node }) => (node instanceof Element ? `${node.nodeName}.${node.className}` : ''))
          .join()
        found.push({ by: Reflect.get(entry, 'value'), what })
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })

/** All that the page asks for has come, but for the stream, which never ends, and all of it is drawn. */
function quietOf(page: Page) {
  const waiting = new Set<unknown>()
  page.on('request', (request) => request.url().includes('/cluster/events') || waiting.add(request))
  for (const end of ['requestfinished', 'requestfailed'] as const)
    page.on(end as 'requestfinished', (request) => void waiting.delete(request))
  return async () => {
    while (waiting.size > 0) await page.waitForEvent('requestfinished', () => true)
    await page.evaluate(async () => {
      await document.fonts.ready
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    })
  }
}

test('on a slow phone nothing moves that is being read while the rest comes in', async (t) => {
  const { page, fake } = await scene(t, { viewport: { width: 360, height: 740 }, hasTouch: true })
  page.setDefaultTimeout(60_000)
  const client = await page.context().newCDPSession(page)
  await client.send('Network.enable')
  await client.send('Network.emulateNetworkConditions', SLOW)
  await client.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  await noteShifts(page)
  const quiet = quietOf(page)
  const moved: string[] = []
  for (const [place, shows] of [
    ['/', 'Last events'],
    ['/servers', 'warsaw-1'],
    ['/deployments', 'old-shop'],
    ['/events', 'Today']
  ] as const) {
    await page.goto(fake.url + place)
    await page.getByText(shows).filter({ visible: true }).first().waitFor()
    await quiet()
    const shifts: Shift[] = await page.evaluate(() => Reflect.get(window, 'shifts'))
    const sum = shifts.reduce((all, { by }) => all + by, 0)
    if (sum > MOST)
      moved.push(`${place} ${sum.toFixed(3)}: ${shifts.map(({ by, what }) => `${by.toFixed(3)} ${what}`).join('; ')}`)
  }
  assert.deepEqual(moved, [])
})
