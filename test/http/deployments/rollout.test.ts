import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorized, READER_KEY, request, type TestNode } from '../../daemon.ts'
import { node, two } from './world.ts'

const steps = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const shape = (text: string) => steps(text).map(({ server, state, summary }) => summary ?? `${server} ${state}`)
const rollOut = (on: TestNode, servers: string, more = '') =>
  on.call('POST', `/api/cluster/deployments/shop/restart?servers=${servers}&settle_seconds=0${more}`)

test('a rollout restarts one server after the other, and says so', async (t) => {
  const { a, b } = await two(t)
  const answer = await rollOut(a, 'a,B,a')
  assert.equal(answer.headers.get('content-type'), 'application/x-ndjson')
  assert.deepEqual(shape(answer.text), [
    'a started',
    'a done',
    'b started',
    'b done',
    { done: 2, failed: 0, skipped: 0, total: 2 }
  ])
  assert.deepEqual([a.told.length, b.told.length], [4, 4])
  assert.match(steps(answer.text)[3].detail, /^shop-web-1 stopped\n.*shop-web-1 started$/s)
})

test('a rollout stops at the first failure', async (t) => {
  const { a, b } = await two(t, { refuse: true })
  const answer = await rollOut(a, 'b,a')
  assert.deepEqual(shape(answer.text), [
    'b started',
    'b failed',
    'a skipped',
    { done: 0, failed: 1, skipped: 1, total: 2 }
  ])
  const [, failed, skipped] = steps(answer.text)
  assert.match(
    failed.detail,
    /shop-db-1 could not be started\. The container engine answered: port is already allocated/
  )
  assert.equal(skipped.detail, 'it failed on b')
  assert.deepEqual(a.told, [])
  assert.ok(b.told.includes('db start'))
})

test('a rollout is not begun with a server that is none, and not by a reader', async (t) => {
  const a = await node(t, 'a')
  assert.equal((await rollOut(a, 'a,nobody')).status, 404)
  assert.equal((await a.call('POST', '/api/cluster/deployments/shop/restart')).status, 400)
  assert.equal((await rollOut(a, 'a', '&max_parallel=0')).status, 400)
  const refused = await request(`${a.url}/api/cluster/deployments/shop/restart?servers=a`, {
    method: 'POST',
    headers: authorized(READER_KEY)
  })
  assert.equal(refused.status, 403)
  assert.deepEqual(a.told, [])
})

/** What FlatRun's UI hears that opens a socket and says by its first message who it is, until the socket ends. */
