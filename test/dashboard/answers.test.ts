import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Check } from 'typebox/value'
import { ClusterEvent } from '../../src/schemas/event.ts'
import { OPERATOR_KEY, startNode } from '../daemon.ts'
import { faultsOf, type Given, routeOf } from './answers.ts'
import { sampleWorld } from './sample.ts'
import { useScenes } from './scene.ts'
import { SCREENS } from './screen-list.ts'

const scene = useScenes()

test('what the invented node answers to every screen is what the API document says', async (t) => {
  const { page, fake } = await scene(t)
  const given = new Map<string, Given>()
  fake.onAnswer(({ method, routeOptions: { url } }, reply, body) => {
    if (!url?.startsWith('/api/') || typeof body !== 'string') return
    const route = routeOf(method, url)
    const status = reply.statusCode
    given.set(`${route} ${status}`, { route, status, type: String(reply.getHeader('content-type')), text: body })
  })
  for (const [place, shows] of SCREENS) {
    await page.goto(fake.url + place)
    await page.getByText(shows).filter({ visible: true }).first().waitFor()
  }
  await page.goto(`${fake.url}/servers/helsinki-1`)
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.goto(`${fake.url}/servers/helsinki-1/access`)
  await page.getByLabel('Tags to set here').fill('prod')
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByRole('button', { name: 'Take away @prod' }).waitFor()
  await page.goto(`${fake.url}/servers?do=invite`)
  await page.getByRole('button', { name: 'Make the token' }).click()
  await page.getByText('Waiting for a server').waitFor()
  await page.goto(`${fake.url}/servers`)
  await page.getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('button', { name: 'Revoke' }).waitFor({ state: 'detached' })

  const asked = new Set([...given.values()].map(({ route }) => route))
  for (const route of ['GET /api/cluster/stats', 'GET /api/cluster/deployments', 'GET /api/alerts', 'GET /api/audit'])
    assert.ok(asked.has(route), `${route} was not asked: ${[...asked]}`)
  assert.ok(asked.size >= 18, `${asked.size} routes were asked`)
  assert.deepEqual([...given.values()].flatMap(faultsOf), [])
})

test('what the invented node tells of events has the shape of real ones', () => {
  for (const event of sampleWorld().events) assert.ok(Check(ClusterEvent, event), JSON.stringify(event))
})

test('a real node answers the same questions, by the same document', async (t) => {
  const node = await startNode(t)
  const places = ['status', 'peers', 'deployments', 'stats', 'config', 'invites', 'joins', 'machines', 'reachability']
  const faults: string[] = []
  for (const place of [...places.map((one) => `/api/cluster/${one}`), '/api/users/me', '/api/audit', '/api/alerts']) {
    const response = await fetch(node.url + place, { headers: { authorization: `Bearer ${OPERATOR_KEY}` } })
    const type = response.headers.get('content-type') ?? ''
    faults.push(...faultsOf({ route: `GET ${place}`, status: response.status, type, text: await response.text() }))
  }
  assert.deepEqual(faults, [])
})

test('an answer that nobody gives is found', () => {
  const given = { route: 'GET /api/cluster/joins', status: 200, type: 'application/json' }
  assert.equal(faultsOf({ ...given, text: '{"joins":[]}' }).length, 0)
  assert.notEqual(faultsOf({ ...given, text: '{"joins":{}}' }).length, 0)
  assert.notEqual(faultsOf({ ...given, text: '{"joins":[],"invented":1}' }).length, 0)
  assert.match(
    faultsOf({ ...given, route: 'GET /api/cluster/nothing', text: '{}' })[0] ?? '',
    /not in the API document/
  )
})
