import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleWorld } from './sample.ts'
import { useScenes } from './scene.ts'
import type { Server } from './world.ts'

const scene = useScenes()

const oslo: Server = { name: 'oslo-1', verdict: 'pending', awaitsApproval: true, sinceS: 30, deployments: [] }

test('a server that asks to be let in is let in on the overview, and told once', async (t) => {
  const world = sampleWorld()
  world.servers.push(oslo)
  const { page, fake } = await scene(t, { world })
  await page.goto(fake.url)
  const notice = page.locator('.notice').filter({ hasText: 'oslo-1 asks to be let in' })
  await notice.getByText('9c1e-0b52').waitFor()
  assert.equal(await page.locator('.problems').getByText('oslo-1').count(), 0)
  await notice.getByRole('button', { name: 'Let it in' }).click()
  await page.getByText('oslo-1 is let in').waitFor()
  await notice.waitFor({ state: 'detached' })
  assert.ok(fake.asked.includes('POST /api/cluster/peers/oslo-1/approve'))
})

test('whoever made the invite lets the server in where the token is shown, and reads nothing of "joined" before', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers?do=invite`)
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Make the token' }).click()
  await dialog.getByText('Waiting for a server').waitFor()
  // It joined otherwise, and has nothing to do with this invite.
  fake.world.servers.push({ ...oslo, name: 'other-1', awaitsApproval: false, verdict: 'online' })
  fake.publish({ type: 'peer.joined', peer: 'other-1' })
  await page.locator('tr').filter({ hasText: 'other-1' }).waitFor({ state: 'attached' })
  assert.equal(await dialog.getByText('other-1').count(), 0)
  await dialog.getByText('Waiting for a server').waitFor()
  fake.world.servers.push({ ...oslo, awaitsApproval: true })
  const peer_id = `00000000-0000-4000-8000-${String(fake.world.servers.length).padStart(12, '0')}`
  fake.publish({ type: 'invite.spent', peer: 'oslo-1', peer_id, facts: { invite: 'invite-1' } })
  await dialog.getByText('oslo-1 asks to be let in').waitFor()
  assert.equal(await dialog.getByText('oslo-1 joined').count(), 0)
  await dialog.getByRole('button', { name: 'Let it in' }).click()
  await dialog.getByText('oslo-1 joined').waitFor()
})

test('who joins is told that the other side still has to let it in', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers?do=join`)
  const dialog = page.getByRole('dialog')
  fake.onAnswer(({ url }) => {
    const joined = fake.world.servers.find(({ name }) => name === 'joined-1')
    if (url.endsWith('/accept') && joined) joined.verdict = 'pending'
  })
  await dialog.getByLabel('Invite token').fill('frc1.good')
  await dialog.getByRole('button', { name: 'Join', exact: true }).click()
  await dialog.getByText('an operator of joined-1 still has to let this server in').waitFor()
})

test('a token that was clicked away is shown again as long as the page is open', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers?do=invite`)
  await page.getByRole('button', { name: 'Make the token' }).click()
  const token = page.locator('.code').getByText(/^frc1\./)
  const made = await token.textContent()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Token', exact: true }).click()
  assert.equal(await token.textContent(), made)
  await page.reload()
  await page.getByRole('button', { name: 'Revoke' }).last().waitFor()
  assert.equal(await page.getByRole('button', { name: 'Token', exact: true }).count(), 0)
  assert.doesNotMatch(await page.content(), /frc1\.eyJ/)
})

test('whoever signs in after the maker of an invite is shown no token', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers?do=invite`)
  await page.getByRole('button', { name: 'Make the token' }).click()
  await page
    .locator('.code')
    .getByText(/^frc1\./)
    .waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Token', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Operator key').fill('operator-key')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Revoke' }).last().waitFor()
  assert.equal(await page.getByRole('button', { name: 'Token', exact: true }).count(), 0)
  await page.goBack()
  assert.doesNotMatch(await page.content(), /frc1\.eyJ/)
})
