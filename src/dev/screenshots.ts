/**
 * `npm run screenshots`: the pictures of the dashboard in docs/screenshots. They show the invented cluster of the
 * dashboard's tests, so that there is something wrong to be seen.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { openBrowser, openTab } from '../../test/dashboard/browser.ts'
import { startFake } from '../../test/dashboard/fake-api.ts'
import { sampleWorld } from '../../test/dashboard/sample.ts'

interface Shot {
  name: string
  path: string
  /** What is there when it is drawn. */
  shows: string
  dark?: boolean
  phone?: boolean
  height?: number
}

const SHOTS: readonly Shot[] = [
  { name: 'overview', path: '/', shows: 'Last events', height: 1010 },
  { name: 'overview-dark', path: '/', shows: 'Last events', dark: true, height: 1010 },
  { name: 'peers', path: '/servers', shows: 'warsaw-1', height: 520 },
  { name: 'invite', path: '/servers?do=invite', shows: 'Make the token', height: 640 },
  { name: 'peer', path: '/servers/home-nas', shows: 'Failed checks', dark: true, height: 1000 },
  { name: 'deployments', path: '/deployments', shows: 'wiki', height: 960 },
  { name: 'containers', path: '/deployments/frankfurt-2/shop?view=usage', shows: 'Network out', height: 820 },
  { name: 'events', path: '/events', shows: 'Today', dark: true, height: 700 },
  { name: 'log', path: '/deployments/frankfurt-2/shop?view=log', shows: 'checkpoint', dark: true, height: 760 },
  { name: 'servers', path: '/servers?view=usage&range=day', shows: 'Now', height: 900 },
  { name: 'machines', path: '/diagnostics?actor=actor-warsaw-1', shows: 'Last changes', height: 900 },
  { name: 'settings', path: '/settings', shows: 'alerts.targets', dark: true, height: 760 },
  { name: 'phone-overview', path: '/', shows: 'Servers', phone: true },
  { name: 'phone-deployments', path: '/deployments', shows: 'gitea', phone: true, dark: true }
]

const folder = path.join(import.meta.dirname, '..', '..', 'docs', 'screenshots')
await mkdir(folder, { recursive: true })
const browser = await openBrowser()
for (const shot of SHOTS) console.log(`${await take(browser, shot)} KB  docs/screenshots/${shot.name}.webp`)
await browser.close()

async function take(browser: Browser, { name, path: place, shows, dark, phone, height = 800 }: Shot): Promise<string> {
  const fake = await startFake(sampleWorld())
  const { page } = await openTab(browser, {
    colorScheme: dark ? 'dark' : 'light',
    viewport: phone ? { width: 360, height: 740 } : { width: 1360, height },
    deviceScaleFactor: phone ? 2 : 1,
    reducedMotion: 'reduce'
  })
  await page.addInitScript(() => sessionStorage.setItem('flatrun-cluster.token', 'fake-token'))
  await page.goto(fake.url + place)
  await page.getByText(shows).filter({ visible: true }).first().waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  await page.evaluate(() => document.fonts.ready)
  // Charts and check bars come a moment after the words.
  await page.waitForLoadState('networkidle').catch(() => {})
  await page.waitForTimeout(400)
  const client = await page.context().newCDPSession(page)
  const { data } = await client.send('Page.captureScreenshot', { format: 'webp', quality: 82 })
  const picture = Buffer.from(data, 'base64')
  await writeFile(path.join(folder, `${name}.webp`), picture)
  await page.context().close()
  await fake.close()
  return (picture.length / 1024).toFixed(0).padStart(4)
}
