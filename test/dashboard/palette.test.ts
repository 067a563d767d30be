import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useScenes } from './scene.ts'

const scene = useScenes()

test('the search shows states, and does what is asked of it: a restart after a question, an invite, a silence, the theme', async (t) => {
  const { page, fake } = await scene(t, { colorScheme: 'light' })
  await page.goto(fake.url)
  await page.getByText('4 problems').waitFor()
  const found = page.getByRole('option')
  const ask = async (text: string) => {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill(text)
  }
  await ask('warsaw-1')
  await found.first().getByText('offline').waitFor()
  await page.getByRole('combobox').fill('restart shop frankfurt-2')
  await found.first().getByText('Restart shop').waitFor()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Restart shop?' })
  await dialog.getByRole('button', { name: 'Restart' }).click()
  await page.getByText('shop on frankfurt-2 was restarted').waitFor()
  assert.ok(fake.asked.includes('POST /api/cluster/peers/frankfurt-2/proxy/deployments/shop/restart'))

  await ask('silence helsinki')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByLabel('Of', { exact: true }).waitFor()
  assert.equal(await page.getByRole('dialog').getByLabel('Of', { exact: true }).inputValue(), 'helsinki-1')
  await page.keyboard.press('Escape')

  await ask('invite')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Make the token' }).waitFor()
  await page.keyboard.press('Escape')

  await ask('theme')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'light')
})

test('nobody meets by chance what changes something', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(fake.url)
  await page.getByText('4 problems').waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('shop')
  await page.getByRole('option').first().waitFor()
  assert.deepEqual(
    (await page.getByRole('option').allTextContents()).filter((text) => /^(Restart|Stop|Start|Log|Silence)/.test(text)),
    []
  )
})
