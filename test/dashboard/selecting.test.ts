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
