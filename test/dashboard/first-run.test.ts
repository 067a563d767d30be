import assert from 'node:assert/strict'
import { test } from 'node:test'
import { saidBy } from '../../src/dashboard/joining/token.ts'
import { stepsHere } from '../../src/dashboard/screens/steps-here.ts'
import { encodeInvite } from '../../src/security/invite-token.ts'
import { useScenes } from './scene.ts'

const scene = useScenes()

const invite = (exp: number) =>
  encodeInvite({ urls: ['https://vm.example.net:8090'], name: 'vm', exp, key: 'k'.repeat(43) })

test('a token says from whom it is and until when; one that was cut, or is plain, says nothing', () => {
  const token = invite(1_800_000_000)
  assert.deepEqual(saidBy(token), { from: 'vm', until: 1_800_000_000_000 })
  assert.equal(saidBy(token.slice(0, 60)), undefined)
  assert.equal(saidBy('qL3v0A4mVnX2yq1m5n8o0w7n3Yd5e6u8S1a2b3c4d5E='), undefined)
})

test('a pasted token is read before anything is asked: from whom, and how long it is good', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers?do=join`)
  const dialog = page.getByRole('dialog')
  const field = dialog.getByLabel('Invite token')
  const now = Math.floor(Date.now() / 1000)
  await field.fill(invite(now + 3_590).replace(/.{40}/g, '$&\n  '))
  await dialog.getByText(/From vm, 59 min left/).waitFor()
  await field.fill(invite(now - 300))
  await dialog.getByText(/From vm, but it ended 5 min ago: make a new one there/).waitFor()
  await field.fill('frc1.eyJ1cmxzIjpbImh0')
  await dialog.getByText('copy the whole line again').waitFor()
  assert.ok(!fake.asked.some((what) => what.startsWith('POST')))
})

test('what a server needs first is told with its cause, or ticked', () => {
  const told = (answer: unknown) =>
    stepsHere(answer).map(({ name, state, detail }) => `${state}: ${name} ${detail}`.trim())
  assert.deepEqual(told({ path: '/srv', deployments: [], engine: { state: 'connected' } }), [
    'done: The container engine answers',
    'done: /srv holds 0 deployments'
  ])
  assert.deepEqual(
    told({
      path: '/srv',
      deployments: [],
      error: 'it is not there',
      engine: { state: 'absent', detail: 'install one' }
    }),
    ['failed: The container engine answers install one', 'failed: The folder of the deployments, /srv it is not there']
  )
})

test('the name of the machine is filled in, and the steps are ticked as they are done', async (t) => {
  const { page, fake } = await scene(t)
  fake.world.enabled = false
  await page.goto(fake.url)
  await page.waitForFunction(
    () => document.querySelector<HTMLInputElement>('input[name=name]')?.value === 'frankfurt-1'
  )
  const steps = page.getByRole('region', { name: 'First steps' }).locator('li')
  await steps.filter({ hasText: 'The container engine answers' }).waitFor()
  fake.world.engine = { state: 'absent', detail: 'No container engine at /var/run/docker.sock: install one' }
  await steps.getByText('install one').waitFor()
  await page.getByRole('button', { name: 'Turn clustering on' }).click()
  await page.getByRole('link', { name: 'frankfurt-1' }).first().waitFor()
})
