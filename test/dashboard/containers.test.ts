import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleWorld } from './sample.ts'
import { useScenes } from './scene.ts'

const scene = useScenes()

test('each container of a deployment has its figures over the last hour and day, as charts, as tables and as of now', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/deployments/frankfurt-2/shop`)
  await page.getByRole('link', { name: 'Usage' }).last().click()
  await page.getByRole('heading', { name: 'Network out' }).waitFor()
  assert.deepEqual(await page.locator('.chart h3').allTextContents(), [
    'CPU, of one core',
    'Memory',
    'Network in',
    'Network out'
  ])
  const row = page.getByRole('row').filter({ hasText: 'shop-postgres-1' }).last()
  await row.getByText('10 min').waitFor()
  assert.match((await row.textContent()) ?? '', /running10 min1 · 1 seen\d+ %\d+ MiB.* KiB\/s, .* KiB\/s100 %/)
  await page.getByText('Show as table').first().click()
  await page.getByRole('region', { name: 'CPU, of one core, as a table' }).getByRole('row').nth(2).waitFor()
  await page.getByRole('button', { name: '24 h' }).click()
  await page.getByText('Ran, 24 h').waitFor()
  assert.ok(fake.asked.includes('GET /api/cluster/peers/frankfurt-2/proxy/deployments/shop/stats/history?range=day'))
})

test('of many containers the busiest eight are drawn, and all are listed', async (t) => {
  const world = sampleWorld()
  const shop = world.servers[0]?.deployments.find(({ name }) => name === 'shop')
  const [service] = shop?.services ?? []
  assert.ok(shop && service)
  shop.services = Array.from({ length: 12 }, (_, index) => ({ ...service, name: `worker-${index}` }))
  const { page, fake } = await scene(t, { world })
  await page.goto(`${fake.url}/deployments/frankfurt-1/shop?view=usage`)
  await page.getByText('the 8 busiest of 12').waitFor()
  assert.equal(await page.locator('.legend').first().getByRole('button').count(), 8)
  assert.equal(await page.locator('tr.item').count(), 12)
})

test('an agent that keeps no such past is told of, and one that does not answer', async (t) => {
  const { page, fake } = await scene(t)
  const answer = { status: 404, body: { error: 'Not found', code: 'not_found' } }
  await page.route('**/stats/history*', (route) =>
    route.fulfill({ status: answer.status, contentType: 'application/json', body: JSON.stringify(answer.body) })
  )
  await page.goto(`${fake.url}/deployments/frankfurt-2/shop?view=usage`)
  await page.getByText('What each container uses is not offered by this server').waitFor()
  Object.assign(answer, { status: 503, body: { error: 'frankfurt-2 does not answer', code: 'peer_unreachable' } })
  await page.reload()
  await page.getByText('frankfurt-2 does not answer').waitFor()
})
