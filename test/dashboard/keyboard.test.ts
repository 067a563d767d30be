import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { useScenes } from './scene.ts'

const scene = useScenes()

const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key)
}
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')

test('everything is reached with the keyboard alone: sign in, walk, search, open, close', async (t) => {
  const { page, fake, complaints } = await scene(t, { signedIn: false })
  await page.goto(fake.url)
  await page.getByLabel('Operator key').waitFor()
  await page.keyboard.type('operator-key')
  await press(page, 'Enter')
  await page.getByText('4 problems').waitFor()

  await press(page, 'Tab')
  assert.equal(await focused(page), 'Skip to the content')

  await press(page, 'g', 's')
  await page.getByRole('heading', { name: 'Servers' }).waitFor()
  await page.getByRole('link', { name: 'frankfurt-2' }).waitFor()
  await press(page, 'j', 'j', 'j')
  assert.equal(await focused(page), 'helsinki-1')
  await press(page, 'Enter')
  await page.getByRole('heading', { name: 'helsinki-1' }).waitFor()

  await press(page, 'Control+k')
  await page.getByRole('combobox').waitFor()
  await page.keyboard.type('wiki')
  await press(page, 'Enter')
  await page.getByRole('heading', { name: 'wiki' }).waitFor()
  assert.equal(new URL(page.url()).pathname, '/deployments/warsaw-1/wiki')

  await press(page, '?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  await press(page, 'Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })

  await press(page, 'g', 'd', 'f')
  await page.keyboard.type('nginx')
  await page.waitForURL(/q=nginx/)
  assert.deepEqual(complaints, [])
})

test('a dialog keeps the focus, and gives it back', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers`)
  const invite = page.getByRole('button', { name: 'Invite', exact: true })
  await invite.focus()
  await press(page, 'Enter')
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  for (let step = 0; step < 8; step++) {
    await press(page, 'Tab')
    assert.ok(
      await page.evaluate(
        () =>
          !document.activeElement ||
          document.activeElement === document.body ||
          document.activeElement.closest('dialog') !== null
      )
    )
  }
  await press(page, 'Escape')
  await dialog.waitFor({ state: 'detached' })
  assert.ok(await invite.evaluate((button) => button === document.activeElement))
})

test('the theme is changed by a key, kept, and there before the first paint', async (t) => {
  const { page, fake } = await scene(t, { colorScheme: 'light' })
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await page.goto(fake.url)
  await page.getByText('4 problems').waitFor()
  const light = await ground()
  await press(page, 't', 't')
  assert.notEqual(await ground(), light)
  await page.reload({ waitUntil: 'commit' })
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark')
  await page.getByText('4 problems').waitFor()
  assert.notEqual(await ground(), light)
})

test('the search has the focus as soon as it is on the page, so that no key is lost', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(fake.url)
  await page.getByText('4 problems').waitFor()
  const role = page.evaluate(
    () =>
      new Promise((resolve) => {
        new MutationObserver(() => {
          if (document.querySelector('dialog')) resolve(document.activeElement?.getAttribute('role'))
        }).observe(document.body, { childList: true, subtree: true })
      })
  )
  await press(page, 'Control+k')
  assert.equal(await role, 'combobox')
})
