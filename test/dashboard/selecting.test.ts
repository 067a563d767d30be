import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleWorld } from './sample.ts'
import { useScenes } from './scene.ts'

const scene = useScenes()

/** Two servers in Frankfurt with tags, of which one is this one, and one in Helsinki. */
function tagged() {
  const world = sampleWorld()
  for (const server of world.servers) {
    if (server.name.startsWith('frankfurt')) server.tags = ['prod', 'de']
    if (server.name === 'helsinki-1') server.tags = ['prod', 'fi']
  }
  return world
}

test('servers and deployments are filtered by tags and patterns, and a word that means nobody finds nobody', async (t) => {
  const { page, fake } = await scene(t, { world: tagged() })
  await page.goto(`${fake.url}/servers`)
  await page
    .getByRole('row', { name: /frankfurt-1/ })
    .getByText('@prod')
    .waitFor()
  const filter = page.getByRole('searchbox')
  const shown = async () => (await page.locator('tr.item a.name').allTextContents()).map((name) => name.trim())
  await filter.fill('@prod,home-*')
  assert.deepEqual(await shown(), ['frankfurt-1', 'frankfurt-2', 'helsinki-1', 'home-nas'])
  await filter.fill('@prod @de')
  assert.deepEqual(await shown(), ['frankfurt-1', 'frankfurt-2'])
  await filter.fill('@nobody')
  await page.getByText('No server matches “@nobody”').waitFor()

  await page.goto(`${fake.url}/servers?view=usage`)
  await page.getByRole('button', { name: '@fi 1' }).click()
  await page.waitForURL(/q=%40fi/)
  assert.deepEqual(await shown(), ['helsinki-1'])
  assert.equal(await page.locator('.legend').first().getByRole('button').count(), 1)

  await page.goto(`${fake.url}/deployments?q=%40fi%20registry`)
  await page.getByRole('link', { name: 'registry' }).waitFor()
  assert.deepEqual(await shown(), ['registry'])
})

test('a restart on some servers shows which are meant before anything is done', async (t) => {
  const { page, fake } = await scene(t, { world: tagged() })
  await page.goto(`${fake.url}/deployments/frankfurt-1/shop`)
  await page.getByRole('button', { name: 'Restart on all 2' }).click()
  const dialog = page.getByRole('dialog')
  const steps = dialog.locator('.steps li')
  await steps.nth(1).waitFor()
  await dialog.getByLabel('On').fill('@fi')
  await dialog.getByText('Of those that run it, no server has the tag fi.').waitFor()
  assert.ok(await dialog.getByRole('button', { name: 'Restart', exact: true }).isDisabled())
  await dialog.getByLabel('On').fill('*-2')
  await steps.getByText('frankfurt-2').waitFor()
  assert.equal(await steps.count(), 1)
  await dialog.getByRole('button', { name: 'Restart', exact: true }).click()
  await dialog.getByText('any page of this server shows it').waitFor()
  assert.deepEqual(
    fake.world.rollouts?.[0]?.servers.map(({ server }) => server),
    ['frankfurt-2']
  )
})

test('tags of an operator are set and taken away on the page of a server, apart from those that it gives itself', async (t) => {
  const world = tagged()
  const { page, fake } = await scene(t, { world })
  await page.goto(`${fake.url}/servers/helsinki-1/access`)
  const [own, said] = ['Set here', 'It says of itself'].map((word) =>
    page.locator('.tags dl > div').filter({ has: page.getByText(word, { exact: true }) })
  )
  await said?.getByText('@fi').waitFor()
  await own?.getByText('none').waitFor()
  await page.getByLabel('Tags to set here').fill('@stage, db')
  await page.keyboard.press('Enter')
  await own?.getByText('@db').waitFor()
  assert.deepEqual(world.servers.find(({ name }) => name === 'helsinki-1')?.ownTags, ['stage', 'db'])
  assert.equal(await said?.getByRole('button').count(), 0)
  await page.getByRole('button', { name: 'Take away @stage' }).press('Enter')
  await own?.getByText('@stage').waitFor({ state: 'detached' })
  await page.locator('input:focus').and(page.getByLabel('Tags to set here')).waitFor()
  await page.getByLabel('Tags to set here').fill('wr/ong')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('must be a word').waitFor()

  await page.goto(`${fake.url}/servers?q=%40db`)
  await page.locator('tr.item a.name').first().waitFor()
  assert.deepEqual(await page.locator('tr.item a.name').allTextContents(), ['helsinki-1'])
  world.readOnly = true
  await page.goto(`${fake.url}/servers/helsinki-1/access`)
  await own?.getByText('@db').waitFor()
  assert.equal(await page.locator('.tags').getByRole('button').count(), 0)
})

test('what a server says of itself chooses it for no restart, and the page says so', async (t) => {
  const world = tagged()
  for (const server of world.servers) if (server.name === 'frankfurt-2') server.ownTags = ['canary']
  const { page, fake } = await scene(t, { world })
  await page.goto(`${fake.url}/deployments/frankfurt-1/shop`)
  await page.getByRole('button', { name: 'Restart on all 2' }).click()
  const dialog = page.getByRole('dialog')
  const meant = dialog.locator('.steps li')
  await meant.nth(1).waitFor()
  // Both say that they are in Germany; of this server it is the word of its own config.
  await dialog.getByLabel('On').fill('@de')
  await meant.nth(1).waitFor({ state: 'detached' })
  assert.deepEqual(await meant.allTextContents(), ['frankfurt-1'])
  await dialog.getByLabel('On').fill('@canary')
  await meant.getByText('frankfurt-2').waitFor()
  assert.equal(await meant.count(), 1)
  for (const server of world.servers) delete server.ownTags
  await page.goto(`${fake.url}/deployments/frankfurt-1/shop`)
  await page.getByRole('button', { name: 'Restart on all 2' }).click()
  for (const server of world.servers) if (server.name === 'frankfurt-2') server.tags = ['canary']
  await dialog.getByLabel('On').fill('@canary')
  await dialog.getByText('Of those that run it').waitFor()
})
