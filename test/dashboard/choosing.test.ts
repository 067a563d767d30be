import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planOf } from '../../src/dashboard/choosing/plan.ts'
import type { DeploymentRow } from '../../src/dashboard/lib/data/rows.ts'
import type { DeploymentStatus } from '../../src/schemas/deployments/deployment.ts'
import { sampleWorld } from './sample.ts'
import { useScenes } from './scene.ts'
import { deployment } from './world.ts'

const scene = useScenes()

const row = (name: string, status: DeploymentStatus, old = false): DeploymentRow => ({
  ...{ key: `a/${name}`, server: 'a', at: 0, old },
  deployment: deployment(name, ['nginx:1.29', 'postgres:18'], { status })
})

test('a plan does what makes a difference, and says why the rest is left', () => {
  const rows = [row('up', 'running'), row('half', 'partial'), row('down', 'stopped'), row('away', 'running', true)]
  const plan = (action: 'start' | 'stop' | 'restart') => {
    const { does, leaves } = planOf(action, rows, [])
    return [does.map(({ deployment }) => deployment), leaves.map(({ deployment, why }) => `${deployment}: ${why}`)]
  }
  const away = 'away: its server does not answer'
  assert.deepEqual(plan('start'), [
    ['half', 'down'],
    ['up: it runs', away]
  ])
  assert.deepEqual(plan('stop'), [
    ['up', 'half'],
    ['down: it does not run', away]
  ])
  assert.deepEqual(plan('restart'), [
    ['up', 'half'],
    ['down: it does not run', away]
  ])
})

test('chosen deployments are stopped after it was shown which, and each failure is told', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/deployments`)
  for (const name of ['mail on frankfurt-2', 'registry on helsinki-1', 'wiki on warsaw-1'])
    await page.getByLabel(`Choose ${name}`).check()
  const bar = page.getByRole('region', { name: 'Chosen' })
  await bar.getByText('3 deployments chosen').waitFor()
  await bar.getByRole('button', { name: 'Stop' }).click()
  const dialog = page.getByRole('dialog', { name: 'Stop 2 deployments on 2 servers?' })
  await dialog.getByText('Left as they are: wiki on warsaw-1 (its server does not answer)').waitFor()
  assert.ok(!fake.asked.some((what) => what.endsWith('/stop?wait=false')))
  await dialog.getByRole('button', { name: 'Stop 2' }).click()
  const steps = page.getByRole('dialog').locator('.steps li')
  await steps.filter({ hasText: 'mail on frankfurt-2' }).getByText(': done').waitFor({ state: 'attached' })
  await steps.filter({ hasText: 'registry on helsinki-1' }).getByText('no such image: registry:4').waitFor()
  const asked = fake.asked.filter((what) => what.includes('/stop?'))
  assert.deepEqual(asked.toSorted(), [
    'POST /api/cluster/peers/frankfurt-2/proxy/deployments/mail/stop?wait=false',
    'POST /api/cluster/peers/helsinki-1/proxy/deployments/registry/stop?wait=false'
  ])
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click()
  await bar.waitFor({ state: 'detached' })
})

test('a restart of chosen servers is a rollout for each of their deployments, without those that were taken out', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers`)
  await page.getByLabel('Choose frankfurt-1').check()
  await page.getByLabel('Choose frankfurt-2').check()
  const bar = page.getByRole('region', { name: 'Chosen' })
  await bar.getByText('2 servers chosen, 8 deployments on them').waitFor()
  await bar.getByRole('button', { name: 'Restart' }).click()
  const dialog = page.getByRole('dialog')
  for (const name of ['matomo', 'gitea', 'mail', 'queue']) await dialog.getByLabel(name).uncheck()
  await dialog.getByRole('button', { name: 'Restart 4' }).click()
  await dialog.getByText('shop on frankfurt-2').waitFor()
  const begun = fake.world.rollouts?.map(({ deployment, servers }) => [deployment, servers.map(({ server }) => server)])
  const both = ['frankfurt-1', 'frankfurt-2']
  assert.deepEqual(
    begun?.toSorted(([a], [b]) => String(a).localeCompare(String(b))),
    [
      ['shop', both],
      ['website', both]
    ]
  )
  Object.assign(fake.world.rollouts?.find(({ deployment }) => deployment === 'shop')?.servers[0] ?? {}, {
    ...{ state: 'failed', detail: 'shop is exited, and others need it' }
  })
  await dialog.getByText('shop is exited, and others need it').waitFor()
  await dialog.getByRole('button', { name: 'Run in background' }).click()
  await page.getByRole('status').filter({ hasText: 'Restarting website' }).waitFor()
})

test('the box over a list takes what the filter shows, and what it hides is told', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/deployments?q=website`)
  await page.getByLabel('Choose all deployments that are shown').check()
  const bar = page.getByRole('region', { name: 'Chosen' })
  await bar.getByText('3 deployments chosen').waitFor()
  await page.getByRole('searchbox').fill('gitea')
  await bar.getByText('3 not shown here').waitFor()
  await bar.getByRole('button', { name: 'Clear' }).click()
  await bar.waitFor({ state: 'detached' })
})

test('a key that may only read chooses nothing', async (t) => {
  const { page, fake } = await scene(t)
  fake.world.readOnly = true
  await page.goto(`${fake.url}/deployments`)
  await page.getByRole('link', { name: 'old-shop' }).waitFor()
  await page.getByRole('checkbox').first().waitFor({ state: 'detached' })
  assert.equal(await page.getByRole('checkbox').count(), 0)
})

test('lists are filtered with a click on a tag, and grouped by tags; who has two is in both groups', async (t) => {
  const world = sampleWorld()
  for (const server of world.servers) {
    if (server.name.startsWith('frankfurt')) server.tags = ['prod', 'de']
    if (server.name === 'helsinki-1') server.tags = ['prod']
  }
  const { page, fake } = await scene(t, { world })
  const heads = page.locator('tr.item a.name, tr.item th > .foreign')
  const shown = async () => (await heads.allTextContents()).map((text) => text.trim())
  await page.goto(`${fake.url}/servers`)
  await page.getByRole('button', { name: '@de 2' }).click()
  assert.deepEqual(await shown(), ['frankfurt-1', 'frankfurt-2'])
  await page.getByRole('button', { name: '@de 2' }).click()
  await page.getByRole('button', { name: 'Group by tag' }).click()
  await page.getByText('no tag').waitFor()
  const groups = ['@de', 'frankfurt-1', 'frankfurt-2', '@prod', 'frankfurt-1', 'frankfurt-2', 'helsinki-1']
  assert.deepEqual(await shown(), [...groups, 'no tag', 'home-nas', 'nuremberg-1', 'warsaw-1'])
  await page.goto(`${fake.url}/deployments?group=tag&q=shop`)
  await page.getByText('2 deployments').waitFor()
  await page.getByRole('button', { name: '@de 2' }).click()
  await page.waitForURL(/q=shop\+%40de/)
})
