import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useScenes } from './scene.ts'

const scene = useScenes()

test('a target is made and tried on the page, and its address is not shown again', async (t) => {
  const { page, fake, complaints } = await scene(t)
  await page.goto(`${fake.url}/settings/alerts`)
  await page.getByText('fails for').first().waitFor()
  await page.getByRole('button', { name: 'Add a target' }).click()
  await page.getByLabel('Kind').selectOption('telegram')
  await page.getByLabel('Token of the bot').waitFor()
  await page.getByLabel('Kind').selectOption('discord')
  await page.getByLabel('Name', { exact: true }).fill('chat')
  await page.getByLabel('Address of the webhook').fill('nowhere')
  await page.getByRole('button', { name: 'Add and try it' }).click()
  await page.getByText('expected an http or https address').waitFor()
  await page.getByLabel('Address of the webhook').fill('https://discord.test/api/webhooks/1/very-secret')
  await page.getByRole('button', { name: 'Add and try it' }).click()
  await page.getByText('chat took the test message').first().waitFor()
  await page.getByRole('cell', { name: 'chat', exact: true }).waitFor()
  assert.doesNotMatch(await page.content(), /very-secret/)
  // The browser itself writes each refused request into its console.
  assert.deepEqual(
    complaints.filter((line) => !line.includes('400')),
    []
  )
})

test('a server is silenced from its problem, and the silence is ended', async (t) => {
  const { page, fake, complaints } = await scene(t)
  await page.goto(`${fake.url}/settings/alerts`)
  await page
    .getByRole('row', { name: /warsaw-1 does not answer/ })
    .getByRole('button', { name: 'Silence' })
    .click()
  await page.getByLabel('For', { exact: true }).selectOption('8h')
  await page.getByRole('button', { name: 'Silence it' }).click()
  await page.getByText('Nobody is told of warsaw-1 for now').first().waitFor()
  await page
    .getByRole('row', { name: /warsaw-1 1 h/ })
    .getByRole('button', { name: 'End' })
    .click()
  await page.getByText('new disks').first().waitFor({ state: 'detached' })
  assert.deepEqual(complaints, [])
})

test('what failed is shown with the words of the receiver', async (t) => {
  const { page, fake, complaints } = await scene(t)
  await page.goto(`${fake.url}/settings/alerts`)
  const row = page.getByRole('row', { name: /warsaw-1 is down, says berlin-1 ops/ })
  await row.getByText('It answered with status 404: no_service').waitFor()
  assert.deepEqual(complaints, [])
})

test('rules are changed on the page, only what was changed is set, and what the config sets has no field', async (t) => {
  const { page, fake, complaints } = await scene(t)
  const sent: unknown[] = []
  page.on('request', (request) => {
    if (request.method() === 'PUT') sent.push(request.postDataJSON())
  })
  await page.goto(`${fake.url}/settings/alerts`)
  await page.getByRole('button', { name: 'Rules…' }).click()
  assert.equal(await page.getByLabel('Memory over, %').count(), 0)
  assert.equal(await page.getByLabel('Disk over, %').inputValue(), '90')
  await page.getByLabel('Disk over, %').fill('85')
  await page.getByLabel('A peer is away for').fill('3m')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('disk over 85 % for 5m').first().waitFor()
  await page.getByText('peers that are away for 3m').first().waitFor()
  assert.deepEqual(sent, [{ targets: [{ type: 'slack', name: 'ops' }], delay: '3m', rules: { disk: { over: 85 } } }])
  assert.deepEqual(complaints, [])
})

test('that a target takes no messages is told on the first page', async (t) => {
  const { page, fake, complaints } = await scene(t)
  await page.route('**/api/cluster/status', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: { ...(await answer.json()), alerts: { failing: ['ops'] } } })
  })
  await page.goto(`${fake.url}/`)
  await page.getByText('People are not told: messages to ops do not arrive').first().waitFor()
  assert.deepEqual(complaints, [])
})
