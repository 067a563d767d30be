import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { AnyActorRef } from 'xstate'
import { createClock } from '../clock.ts'
import { join, OPERATOR_KEY, sees, startNode, type TestNode, until } from '../daemon.ts'
import { startFakePeer } from '../fake-peer.ts'
import { openBrowser, openTab } from './browser.ts'
import { ensureBuilt } from './built.ts'
import { listenIn, postedIn, startStately, type Told } from './stately.ts'

let browser: Browser
before(async () => {
  ensureBuilt()
  browser = await openBrowser()
})
after(() => browser.close())

test('a join, an outage and a crash arrive at the inspector in order, and no secret does', async (t) => {
  const stately = await startStately(t)
  const clock = createClock()
  const north = await startNode(t, { name: 'north-1', clock, config: inspected(stately) })
  const south = await startNode(t, { name: 'south-1' })
  const { page, complaints } = await watchPage(t, north)
  await page.getByRole('button', { name: 'Watch' }).click()
  const told = listenIn(page, stately)
  await until(async () => actorsIn(await told()).includes('supervisor'), 'the supervisor')

  const plain = await startFakePeer({ name: 'plain', auth: 'keys' })
  t.after(() => plain.close())
  const byPlain = await north.call('POST', '/api/cluster/invite')
  await plain.join(north.url, byPlain.body.invite_token)

  const { body: invite } = await south.call('POST', '/api/cluster/invite')
  const joined = await north.call('POST', '/api/cluster/accept', { invite_token: invite.invite_token })
  assert.equal(joined.status, 200)
  await until(() => passing(clock, () => seen(told, 'south-1', 'online')), 'it is online')
  const joining = (await told()).find(({ name }) => name?.startsWith('joining '))
  assert.deepEqual(valuesOf(await told(), joining.sessionId), ['asking', 'confirming', 'joined'])

  await south.stop()
  await until(() => passing(clock, () => seen(told, 'south-1', 'offline')), 'it is offline')
  const peer = (await told()).find(({ name }) => name === 'south-1')
  assert.deepEqual(healthOf(await told(), peer.sessionId), ['unknown', 'online', 'suspect', 'offline'])

  const { body } = await north.call('GET', '/api/cluster/peers')
  plantAndCrash(north, body.peers.find(({ name }: Told) => name === 'south-1').peer_id)
  const twice = async () => actorsIn(await told()).filter((name) => name === 'south-1').length === 2
  await until(() => passing(clock, twice), 'another actor')
  const all = await told()
  const end = all.findLast(({ type, sessionId }) => type === '@xstate.snapshot' && sessionId === peer.sessionId)
  assert.equal(end.snapshot.status, 'error')
  const [, again] = all.filter(({ type, name }) => type === '@xstate.actor' && name === 'south-1')
  const order = [all.indexOf(end), all.findIndex(({ event }) => event?.type === 'peer.restart'), all.indexOf(again)]
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b)
  )

  const posted = await postedIn(page, stately)
  assert.equal(posted.length, all.length, 'the receiver took every message')
  assert.ok(posted.every(({ origin }) => origin === north.url))
  const definition = JSON.parse(peer.definition)
  assert.equal(definition.states.health.initial, 'unknown')
  const text = JSON.stringify(posted)
  const keys = [...plain.keys.keys(), ...[...plain.peers.values()].map(({ key }) => key)]
  assert.equal(keys.length, 2)
  for (const secret of ['planted', OPERATOR_KEY, invite.invite_token, ...keys]) {
    assert.ok(!text.includes(secret), `${secret} was shown`)
  }
  assert.match(text, /<secret>/)
  assert.deepEqual(complaints, [])
})

test('one peer is watched by its name, from a link', async (t) => {
  const stately = await startStately(t)
  const north = await startNode(t, { name: 'north-1', config: inspected(stately) })
  for (const name of ['south-1', 'south-2']) await join(await startNode(t, { name }), north)
  await sees(north, 'south-2', 'online')
  const { page, complaints } = await watchPage(t, north, '?peer=south-2')
  await page.getByRole('button', { name: 'Watch' }).click()
  const told = listenIn(page, stately)
  await until(async () => actorsIn(await told()).includes('south-2'), 'the peer')
  await north.call('POST', '/api/cluster/peers/south-1/check')
  await north.call('POST', '/api/cluster/peers/south-2/check')
  const answered = (told: Told[]) => told.filter(({ event }) => event?.type === 'probe.answered')
  await until(async () => answered(await told()).length > 0, 'an answer')
  assert.deepEqual([...new Set(actorsIn(await told()))].sort(), ['prober', 'south-2', 'supervisor'])
  assert.deepEqual(complaints, [])
})

test('nothing is sent before somebody asks for it, and nobody watches once the page is closed', async (t) => {
  const stately = await startStately(t)
  const node = await startNode(t, { config: inspected(stately) })
  const { page } = await watchPage(t, node)
  await page.getByText('Nothing is sent anywhere before.').waitFor()
  assert.equal(await page.locator('iframe').count(), 0)
  assert.match(
    (await page.locator('header p').textContent()) ?? '',
    new RegExp(`shown to the page of ${new URL(stately.url).host} in this browser`)
  )
  await page.getByRole('button', { name: 'Watch' }).click()
  await page.getByText('Watching').waitFor()
  assert.equal(await watchers(node), 1)
  await page.close()
  await until(async () => (await watchers(node)) === 0, 'nobody')
})

test('a page that lost its server finds it again, with an empty inspector', async (t) => {
  const stately = await startStately(t)
  const node = await startNode(t, { config: inspected(stately) })
  const { page } = await watchPage(t, node)
  await page.getByRole('button', { name: 'Watch' }).click()
  await page.getByText('Watching').waitFor()
  await node.stop()
  await page.getByText('Trying again…').waitFor()
  const port = Number(new URL(node.url).port)
  await startNode(t, { folder: node.folder, config: { ...inspected(stately), 'api.port': port } })
  await page.getByText('Watching').waitFor()
  const told = listenIn(page, stately)
  await until(async () => actorsIn(await told()).includes('supervisor'), 'the supervisor')
})

test('an inspector that does not answer is named, and nothing is told meanwhile', async (t) => {
  const node = await startNode(t, { config: inspected({ url: 'http://127.0.0.1:1/inspect' }) })
  const { page } = await watchPage(t, node)
  await page.clock.install()
  await page.getByRole('button', { name: 'Watch' }).click()
  await page.clock.runFor(100)
  await page.getByText('Waiting for the inspector…').waitFor()
  await page.clock.runFor(20_000)
  await page.getByText('The inspector at 127.0.0.1:1 does not answer.').waitFor()
  assert.equal(await watchers(node), 0)
})

test('the dashboard leads to it, signed in as one is, and only where it is on', async (t) => {
  const stately = await startStately(t)
  for (const [config, links] of [
    [inspected(stately), 1],
    [{}, 0]
  ] as const) {
    const node = await startNode(t, { config })
    const { page } = await openTab(browser)
    t.after(() => page.context().close())
    const settings = page.waitForResponse(/\/api\/cluster\/config$/)
    await page.goto(`${node.url}/diagnostics`)
    await page.getByLabel('Operator key').fill(OPERATOR_KEY)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Diagnostics', exact: true }).waitFor()
    await settings
    const link = page.getByRole('link', { name: 'Open the inspector' })
    if (links === 0) {
      assert.equal(await link.count(), 0)
      assert.equal((await page.goto(`${node.url}/inspect`))?.status(), 404)
      continue
    }
    await link.click()
    await page.getByRole('heading', { name: 'Inspector' }).waitFor()
    await page.getByRole('button', { name: 'Watch' }).click()
    await page.getByText('Watching').waitFor()
  }
})

const inspected = ({ url }: { url: string }) => ({ 'cluster.inspector.enabled': true, 'cluster.inspector.url': url })

async function watchPage(t: TestContext, node: TestNode, query = ''): Promise<{ page: Page; complaints: string[] }> {
  const tab = await openTab(browser)
  t.after(() => tab.page.context().close())
  await tab.page.goto(`${node.url}/inspect${query}`)
  await tab.page.getByLabel('Operator key').fill(OPERATOR_KEY)
  await tab.page.getByRole('button', { name: 'Sign in' }).click()
  await tab.page.getByRole('heading', { name: 'Inspector' }).waitFor()
  return tab
}

/** Lets time pass for the machines between two looks. */
async function passing(clock: { advance(ms: number): Promise<void> }, look: () => Promise<boolean>) {
  await clock.advance(200)
  return look()
}

const seen = async (told: () => Promise<Told[]>, name: string, verdict: string) => {
  const all = await told()
  const peer = all.find((message) => message.name === name)
  return peer !== undefined && healthOf(all, peer.sessionId).at(-1) === verdict
}

const actorsIn = (told: Told[]) => told.filter(({ type }) => type === '@xstate.actor').map(({ name }) => name)
const distinct = <T>(list: T[]) => list.filter((one, at) => one !== list[at - 1])
const valuesOf = (told: Told[], session: string) =>
  distinct(told.filter(({ sessionId }) => sessionId === session).flatMap(({ snapshot }) => snapshot?.value ?? []))
const healthOf = (told: Told[], session: string) => distinct(valuesOf(told, session).map((value: Told) => value.health))

/** An event with secrets in it for the supervisor, and an answer that is a bug for a peer that asked. */
function plantAndCrash({ daemon }: TestNode, id: string) {
  const [supervisor] = daemon.cluster.roots()
  supervisor?.send({
    type: 'peer.updated',
    peer: { id: 'none', url: 'https://admin:planted@x.test', apiKey: 'planted', headers: { authorization: 'planted' } },
    note: 'Authorization: Bearer planted',
    token: { inside: 'planted' }
  })
  const peer: AnyActorRef = supervisor?.getSnapshot().children[id]
  peer.send({ type: 'peer.check' })
  peer.send({
    type: 'probe.answered',
    get answer() {
      throw new Error('Bearer planted')
    }
  })
}

async function watchers(node: TestNode): Promise<number> {
  const { text } = await node.call('GET', '/metrics')
  return Number(/^flatrun_cluster_watchers (\d+)$/m.exec(text)?.[1])
}
