import { openBrowser, openTab } from './browser.ts'
import { startFake } from './fake-api.ts'
import { sampleWorld } from './sample.ts'

// usage: shot.ts path name [width] [theme] [height] [full]
const [path = '/', name = 'a', width = '1440', theme = 'light', height = '900', full = '', act = ''] =
  process.argv.slice(2)
const fake = await startFake(sampleWorld())
if (process.env.OFF) fake.world.enabled = false
const browser = await openBrowser()
const { page, complaints } = await openTab(browser, {
  viewport: { width: +width, height: +height },
  colorScheme: theme as 'light',
  deviceScaleFactor: +width < 600 ? 2 : 1
})
if (!process.env.OUT) await page.addInitScript(() => sessionStorage.setItem('flatrun-cluster.token', 'fake-token'))
await page.goto(fake.url + path)
await page.waitForTimeout(900)
if (act) {
  await page.evaluate(act).catch(() => {})
}
if (process.env.KEYS) for (const k of process.env.KEYS.split(',')) await page.keyboard.press(k)
if (process.env.CLICK)
  for (const k of process.env.CLICK.split('|')) {
    await page.click(k)
    await page.waitForTimeout(300)
  }
await page.waitForTimeout(300)
await page.screenshot({ path: `/tmp/dash/${name}.png`, fullPage: full === 'full' })
console.log(complaints, await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth, document.title]))
await browser.close()
await fake.close()
