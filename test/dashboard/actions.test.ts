import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleWorld } from './sample.ts'
import { useScenes } from './scene.ts'

const scene = useScenes()

test('a join that would fail is told before anything is spent, with what to do', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers?do=join`)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Invite token').fill('frc1.broken')
  await dialog.getByRole('button', { name: 'Join', exact: true }).click()
  await dialog.getByText('set cluster.advertise_url to an address that it can').waitFor()
  await dialog.getByText('Nothing was spent').waitFor()
  assert.ok(!fake.asked.includes('POST /api/cluster/accept'))

  await dialog.getByLabel('Invite token').fill('frc1.good')
  await dialog.getByRole('button', { name: 'Try again' }).click()
  await dialog.getByText('This server and joined-1 are joined.').waitFor()
  await dialog.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('link', { name: 'joined-1' }).waitFor()
})

test('a token without an address asks for one', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers?do=join`)
  await page.getByLabel('Invite token').fill('qL3v0A4mVnX2yq1m5n8o0w7n3Yd5e6u8S1a2b3c4d5E=')
  await page.getByLabel('Address of that server').waitFor()
})

test('an invite shows its token once, counts down, and is revoked', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers?do=invite`)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Note').fill('for the new one')
  await dialog.getByRole('button', { name: 'Make the token' }).click()
  await dialog
    .getByText(/^frc1\./)
    .first()
    .waitFor()
  await dialog.getByText(/Waiting for a server · (1 h|59:\d\d)/).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  const row = page.getByRole('row').filter({ hasText: 'for the new one' })
  await row.getByRole('button', { name: 'Revoke' }).click()
  await row.waitFor({ state: 'detached' })
  assert.doesNotMatch(await page.content(), /frc1\./)
})

test('a server that a peer introduced is shown, and accepted', async (t) => {
  const { page, fake } = await scene(t, {
    world: {
      ...sampleWorld(),
      introductions: [
        {
          ...{ id: 'd27d4825', node_id: 'node-x', name: 'oslo-1', urls: ['https://oslo-1.example.net:8090'] },
          ...{ fingerprint: '9c1e-0b52-77d4-a3f8-5e20-c6b1-48fd-913a', introduced_by: 'warsaw-1', state: 'offered' },
          since: new Date().toISOString()
        }
      ]
    }
  })
  await page.goto(fake.url)
  await page.getByRole('link', { name: '1 introduced server to decide on' }).click()
  const row = page.getByRole('row').filter({ hasText: 'oslo-1' })
  await row.getByText('waits for you').waitFor()
  await row.getByText('9c1e-0b52').waitFor()
  await row.getByRole('button', { name: 'Accept' }).click()
  await row.waitFor({ state: 'detached' })
  assert.ok(fake.asked.includes('POST /api/cluster/introductions/d27d4825/accept'))
})

test('a peer is removed only after its name was typed', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers/warsaw-1`)
  await page.getByRole('button', { name: 'Remove' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('it is told when it is back').waitFor()
  const remove = dialog.getByRole('button', { name: 'Remove' })
  assert.ok(await remove.isDisabled())
  await dialog.getByLabel('Type warsaw-1 to remove it').fill('warsaw-1')
  await remove.click()
  await page.waitForURL(`${fake.url}/servers`)
  await page.getByRole('link', { name: 'helsinki-1' }).waitFor()
  assert.equal(await page.getByRole('link', { name: 'warsaw-1' }).count(), 0)
})

test('a deployment is stopped after a question, and started without one, through the proxy of its peer', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/deployments/frankfurt-2/mail`)
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click()
  await page.getByText('mail on frankfurt-2 was stopped').waitFor()
  await page.getByRole('button', { name: 'Start' }).click()
  await page.getByText('mail on frankfurt-2 was started').waitFor()
  assert.ok(fake.asked.includes('POST /api/cluster/peers/frankfurt-2/proxy/deployments/mail/stop'))
})

test('what a peer may do is changed, and kept', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers/helsinki-1/access`)
  const run = page.getByLabel('Start, stop and restart deployments')
  await run.uncheck()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('It counts from the next request on').waitFor()
  await page.reload()
  await page.getByLabel('See this server and its peers').waitFor()
  assert.equal(await run.isChecked(), false)
})

test('what a peer may do is not shown before it is known', async (t) => {
  const { page, fake } = await scene(t)
  let answer = () => {}
  const asked = new Promise<void>((resolve) => {
    void page.route('**/policy', async (route) => {
      if (!route.request().url().includes('/api/')) return route.continue()
      resolve()
      await new Promise<void>((go) => {
        answer = go
      })
      await route.continue()
    })
  })
  await page.goto(`${fake.url}/servers/helsinki-1/access`)
  await asked
  const run = page.getByLabel('Start, stop and restart deployments')
  await page.locator('.late').waitFor({ state: 'attached' })
  assert.equal(await run.count(), 0)
  answer()
  await run.waitFor()
  assert.equal(await run.isChecked(), true)
})

test('a key that may only read sees everything and is offered no change', async (t) => {
  const { page, fake } = await scene(t)
  fake.world.readOnly = true
  await page.goto(`${fake.url}/servers/helsinki-1`)
  await page.getByText('read only').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Remove' }).count(), 0)
  await page.goto(`${fake.url}/deployments/frankfurt-1/shop`)
  await page.getByText('read only').waitFor()
  assert.equal(await page.getByRole('button', { name: /Stop|Restart/ }).count(), 0)
})
