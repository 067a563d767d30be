import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useScenes } from './scene.ts'

const scene = useScenes()

test('where the browser lets no page copy, that is said and the token is selected', async (t) => {
  const { page, fake, complaints } = await scene(t)
  // As on plain http from another machine.
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined })
    document.execCommand = () => false
  })
  await page.goto(`${fake.url}/servers?do=invite`)
  await page.getByRole('button', { name: 'Make the token' }).click()
  const copy = page.getByRole('button', { name: 'Copy the token' })
  await copy.waitFor()
  assert.ok(await copy.evaluate((button) => button === document.activeElement))
  await copy.click()
  await page.getByText('It is selected: press Ctrl C').waitFor()
  assert.match(await page.evaluate(() => String(getSelection())), /^frc1\./)
  assert.deepEqual(complaints, [])
})

test('without a clipboard the text is copied by selecting it, inside of the dialog', async (t) => {
  const { page, fake } = await scene(t)
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined })
    document.execCommand = () => {
      const field = document.activeElement
      document.title = field instanceof HTMLTextAreaElement ? field.value : 'nothing'
      return true
    }
  })
  await page.goto(`${fake.url}/servers?do=invite`)
  await page.getByRole('button', { name: 'Make the token' }).click()
  await page.getByRole('button', { name: 'Copy the token' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  await page.waitForFunction(() => document.title.startsWith('frc1.'))
})

test('an error is told apart from a success', async (t) => {
  const { page, fake } = await scene(t)
  fake.onAnswer((request, reply) => {
    if (request.url.endsWith('/check')) reply.code(502)
  })
  await page.goto(`${fake.url}/servers/helsinki-1`)
  await page.getByRole('button', { name: 'Check now' }).click()
  const toast = page.getByRole('alert')
  await toast.waitFor()
  assert.match((await toast.getAttribute('class')) ?? '', /bad/)
})
