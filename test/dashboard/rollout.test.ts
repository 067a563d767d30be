import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useScenes } from './scene.ts'

const scene = useScenes()

test('a restart on all servers goes on when its page is closed, and any page shows it and stops it', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/deployments/frankfurt-1/shop`)
  await page.getByRole('button', { name: 'Restart on all 2' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('five seconds').waitFor()
  await dialog.getByRole('button', { name: 'Restart', exact: true }).click()
  await dialog.getByText('any page of this server shows it').waitFor()
  const job = fake.world.rollouts?.[0]
  assert.deepEqual(
    job?.servers.map(({ server }) => server),
    ['frankfurt-1', 'frankfurt-2']
  )

  const other = await page.context().newPage()
  await other.addInitScript(() => sessionStorage.setItem('flatrun-cluster.token', 'fake-token'))
  await other.goto(`${fake.url}/events`)
  const banner = other.getByRole('status').filter({ hasText: 'Restarting shop' })
  await banner.getByText('0 of 2 servers done, by operator admin').waitFor()
  Object.assign(job?.servers[0] ?? {}, { state: 'done', duration_ms: 1840 })
  await banner.getByText('1 of 2 servers done').waitFor()
  await banner.getByRole('button', { name: 'Show' }).click()
  await other.getByRole('dialog').getByText('frankfurt-1 · 1.8 s').waitFor()
  await other.getByRole('dialog').getByRole('button', { name: 'Stop' }).click()
  await other.getByRole('dialog').getByText('No other server is begun').waitFor()
  assert.ok(fake.asked.includes('POST /api/cluster/rollouts/rollout-1/stop'))
})

test('how a restart on several servers ended is told, and found again after a reload', async (t) => {
  const { page, fake } = await scene(t)
  fake.world.rollouts = [
    {
      ...{ id: 'r1', deployment: 'shop', by: 'operator alice', status: 'failed', started_at: new Date().toISOString() },
      servers: [
        { server: 'frankfurt-1', state: 'done', duration_ms: 900 },
        { server: 'frankfurt-2', state: 'failed', detail: 'shop is exited, and others need it' }
      ],
      summary: { done: 1, failed: 1, skipped: 0, total: 2 }
    }
  ]
  await page.goto(`${fake.url}/deployments/frankfurt-1/shop`)
  await page.getByRole('button', { name: 'Last restart on several: failed' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('shop is exited, and others need it').waitFor()
  await dialog.getByText('Begun by operator alice').waitFor()
  await page.reload()
  await dialog.getByText('shop is exited, and others need it').waitFor()
  assert.equal(await page.locator('.banner').count(), 0)
})

test('what was just begun is shown before the list comes again, and a Stop that was lost is tried again', async (t) => {
  const { page, fake } = await scene(t)
  const list = Promise.withResolvers<void>()
  let lost = 0
  await page.goto(`${fake.url}/deployments/frankfurt-1/shop`)
  await page.getByRole('button', { name: 'Restart on all 2' }).click()
  await page.route('**/api/cluster/rollouts', async (route) => {
    if (route.request().method() === 'GET') await list.promise
    await route.continue()
  })
  await page.route('**/api/cluster/rollouts/*/stop', (route) => (lost++ === 0 ? route.abort() : route.continue()))
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Restart', exact: true }).click()
  await dialog.getByText('Begun by operator admin').waitFor()
  list.resolve()
  await dialog.getByRole('button', { name: 'Stop' }).click()
  await page.getByText('This server does not answer').first().waitFor()
  await dialog.getByRole('button', { name: 'Stop' }).click()
  await dialog.getByText('No other server is begun').waitFor()
})

test('a restart that is refused for one of the servers says so, and does not call this server too old', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/deployments/frankfurt-1/shop`)
  await page.getByRole('button', { name: 'Restart on all 2' }).click()
  const unknown = { error: 'peer "frankfurt-2" not found', code: 'peer_unknown' }
  await page.route('**/api/cluster/rollouts', (route) =>
    route.request().method() === 'POST' ? route.fulfill({ status: 404, json: unknown }) : route.continue()
  )
  await page.getByRole('dialog').getByRole('button', { name: 'Restart', exact: true }).click()
  await page.getByRole('alert').getByText(unknown.error).waitFor()
})
