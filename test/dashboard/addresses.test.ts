import assert from 'node:assert/strict'
import { test } from 'node:test'
import { movedTo } from '../../src/dashboard/lib/address/places.ts'
import { useScenes } from './scene.ts'

const scene = useScenes()

const MOVED = [
  ['/peers', '/servers'],
  ['/peers?do=invite', '/servers?do=invite'],
  ['/peers/home-nas', '/servers/home-nas'],
  ['/peers/home-nas/policy', '/servers/home-nas/access'],
  ['/peers/home-nas/deployments', '/servers/home-nas/deployments'],
  ['/peers/home%20nas/state', '/diagnostics?peer=home%20nas'],
  ['/servers?of=a&of=b', '/servers?view=usage&of=a&of=b'],
  ['/servers?range=day', '/servers?view=usage&range=day'],
  ['/machines?actor=x', '/diagnostics?actor=x']
] as const

test('addresses of before lead to where their screens are now', () => {
  for (const [before, now] of MOVED) assert.equal(movedTo(before), now)
  for (const [, now] of MOVED) assert.equal(movedTo(now), undefined, now)
  assert.equal(movedTo('/servers?state=trouble'), undefined)
})

test('an old address opens the new screen, and is not gone back to', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/events`)
  await page.getByRole('heading', { name: 'Events' }).waitFor()
  await page.goto(`${fake.url}/peers/home-nas/policy`)
  await page.getByText('See CPU, memory and disk').waitFor()
  assert.equal(page.url(), `${fake.url}/servers/home-nas/access`)
  await page.goBack()
  await page.getByRole('heading', { name: 'Events' }).waitFor()
})

test('an address with a tab that is not there shows the first one', async (t) => {
  const { page, fake } = await scene(t)
  for (const [address, tab, shows] of [
    ['/servers/home-nas/health', 'Health', 'Last 50 checks'],
    ['/servers/frankfurt-1/access', 'Usage', 'Memory'],
    ['/settings/nothing', 'Config', 'deployments_path']
  ] as const) {
    await page.goto(fake.url + address)
    await page.getByText(shows).filter({ visible: true }).first().waitFor()
    assert.equal(await page.locator('nav.tabs a[aria-current=page]').textContent(), tab)
  }
})
