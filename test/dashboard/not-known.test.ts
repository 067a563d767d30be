import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleWorld } from './sample.ts'
import { useScenes } from './scene.ts'

const scene = useScenes()

test('of a deployment on a server that is away no service is shown as running', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/deployments/warsaw-1/wiki`)
  await page.getByText('warsaw-1 does not answer.').waitFor()
  const rows = page.locator('tbody tr').filter({ hasText: 'requarks/wiki' })
  await rows.getByText('unknown').waitFor()
  assert.equal(await page.locator('td .tone-good').filter({ visible: true }).count(), 0)
})

test('where there is no engine, nothing is offered that needs one', async (t) => {
  const world = sampleWorld()
  for (const server of world.servers) {
    if (server.name !== 'frankfurt-2') continue
    server.incomplete = [{ about: 'engine', state: 'absent', detail: 'no engine at /var/run/docker.sock' }]
    for (const deployment of server.deployments) deployment.status = 'unknown'
  }
  const { page, fake } = await scene(t, { world })
  await page.goto(`${fake.url}/deployments/frankfurt-2/mail`)
  await page.getByText('no engine to start or stop it').waitFor()
  assert.equal(await page.getByRole('button', { name: /^(Start|Stop|Restart)$/ }).count(), 0)
})

test('a browser that is offline is not called live', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(fake.url)
  await page.getByText('Live', { exact: true }).waitFor()
  await page.context().setOffline(true)
  await page.locator('.live[data-phase="cut"]').waitFor()
  await page.context().setOffline(false)
  await page.getByText('Live', { exact: true }).waitFor()
})

test('the uptime of a server that joined an hour ago is not called one of 30 days', async (t) => {
  const world = sampleWorld()
  for (const server of world.servers) if (server.name === 'home-nas') server.joinedS = 3_700
  const { page, fake } = await scene(t, { world })
  await page.goto(`${fake.url}/servers/home-nas`)
  await page
    .getByText(/Up, 1 h .*since it joined/)
    .first()
    .waitFor()
  assert.equal(await page.getByText('Up, 30 days').count(), 0)
  await page.goto(`${fake.url}/servers/helsinki-1`)
  await page.getByText('Up, 30 days').waitFor()
})
