import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seriousFaults, withAxe } from './browser.ts'
import { useScenes } from './scene.ts'
import { SCREENS } from './screen-list.ts'

const scene = useScenes()

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every screen is drawn in ${colorScheme}, and axe finds nothing serious`, async (t) => {
    const { page, fake, complaints } = await scene(t, { colorScheme, reducedMotion: 'reduce' })
    await withAxe(page)
    const faults: string[] = []
    for (const [path, shows] of SCREENS) {
      await page.goto(fake.url + path)
      await page.getByText(shows).filter({ visible: true }).first().waitFor()
      faults.push(...(await seriousFaults(page)).map((fault) => `${path} ${fault}`))
    }
    assert.deepEqual(faults, [])
    assert.deepEqual(complaints, [])
  })
}

test('every screen fits a phone of 360 pixels, and nothing is too small to be touched', async (t) => {
  const { page, fake, complaints } = await scene(t, { viewport: { width: 360, height: 740 }, hasTouch: true })
  const faults: string[] = []
  for (const [path, shows] of SCREENS) {
    await page.goto(fake.url + path)
    await page.getByText(shows).filter({ visible: true }).first().waitFor()
    const [wide, small] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      [...document.querySelectorAll('button, a, summary, input, select')]
        .filter((element) => element.checkVisibility() && !element.closest('td, li, dd, .notice, .skip, .tick'))
        .map((element) => ({ box: element.getBoundingClientRect(), text: element.textContent }))
        .filter(({ box }) => box.width > 0 && (box.height < 23.5 || box.width < 15.5))
        .map(({ text, box }) => `${text} ${box.width}×${box.height}`)
    ])
    if (wide !== 360) faults.push(`${path} is ${wide} wide`)
    faults.push(...[small ?? []].flat().map((what) => `${path} ${what}`))
  }
  assert.deepEqual(faults, [])
  assert.deepEqual(complaints, [])
})

test('the sign-in and the first run are drawn in both themes, and axe finds nothing serious', async (t) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, fake, complaints } = await scene(t, {
      colorScheme,
      signedIn: false,
      viewport: { width: 360, height: 740 }
    })
    await withAxe(page)
    await page.goto(fake.url)
    await page.getByLabel('Operator key').fill('operator-key')
    assert.deepEqual(await seriousFaults(page), [])
    fake.world.enabled = false
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel('Name of this server').fill('berlin-1')
    await page.getByText('Only this machine itself can reach that address').waitFor()
    assert.deepEqual(await seriousFaults(page), [])
    await page.getByRole('button', { name: 'Turn clustering on' }).click()
    await page.getByRole('link', { name: 'berlin-1' }).first().waitFor()
    assert.deepEqual(complaints, [])
  }
})
