import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useScenes } from './scene.ts'

const scene = useScenes()

test('a wrong key is told at the field, and too many attempts with the seconds to wait', async (t) => {
  const { page, fake } = await scene(t, { signedIn: false })
  await page.goto(fake.url)
  const field = page.getByLabel('Operator key')
  await field.fill('wrong')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('Invalid API key').waitFor()
  assert.equal(await field.getAttribute('aria-invalid'), 'true')
  await field.fill('too-often')
  await page.keyboard.press('Enter')
  await page.getByText(/Try again in 4\d s/).waitFor()
  assert.ok(await page.getByRole('button', { name: 'Sign in' }).isDisabled())
})

test('a session lasts for the tab, or for the browser when that was asked for', async (t) => {
  const { page, fake } = await scene(t, { signedIn: false })
  const kept = () => page.evaluate(() => [sessionStorage.length, localStorage.getItem('flatrun-cluster.token')])
  await page.goto(fake.url)
  await page.getByLabel('Operator key').fill('operator-key')
  await page.keyboard.press('Enter')
  await page.getByText('4 problems').waitFor()
  assert.deepEqual(await kept(), [1, null])
  await page.reload()
  await page.getByText('4 problems').waitFor()

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Operator key').fill('operator-key')
  await page.getByLabel('Keep me signed in').check()
  await page.keyboard.press('Enter')
  await page.getByText('4 problems').waitFor()
  assert.deepEqual(await kept(), [1, 'fake-token'])
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Operator key').waitFor()
  assert.deepEqual(await kept(), [0, null])
  // On the node as well, each time: a copied token is good for nothing afterwards.
  assert.equal(fake.asked.filter((what) => what === 'DELETE /api/auth/session').length, 2)
})

test('the printed link signs in with one click, once, and leaves nothing in the address or the history', async (t) => {
  const { page, fake } = await scene(t, { signedIn: false })
  await page.goto(`${fake.url}/servers#ticket=fresh-ticket`)
  await page.getByRole('heading', { name: 'Servers' }).waitFor()
  assert.equal(page.url(), `${fake.url}/servers`)
  assert.doesNotMatch(await page.evaluate(() => document.documentElement.outerHTML), /fresh-ticket/)

  const later = await page.context().browser()?.newContext()
  const other = await later?.newPage()
  await other?.goto(`${fake.url}/#ticket=fresh-ticket`)
  await other?.getByText('That link has been used or is too old').waitFor()
  await later?.close()
})

test('a session that the node refuses leads back to the sign-in, and then to the same place', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers?state=trouble`)
  await page.getByRole('link', { name: 'warsaw-1' }).waitFor()
  await page.evaluate(() => sessionStorage.setItem('flatrun-cluster.token', 'expired'))
  await page.addInitScript(() => sessionStorage.setItem('flatrun-cluster.token', 'expired'))
  await page.reload()
  await page.getByLabel('Operator key').fill('operator-key')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'warsaw-1' }).waitFor()
  assert.equal(page.url(), `${fake.url}/servers?state=trouble`)
})

test('where no key is needed, the page says that anyone can do everything', async (t) => {
  const { page, fake } = await scene(t, { signedIn: false })
  fake.world.authEnabled = false
  await page.goto(fake.url)
  await page.getByText('Anyone who reaches this address can do everything here.').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Sign out' }).count(), 0)
})
