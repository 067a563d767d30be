import assert from 'node:assert/strict'
import { test } from 'node:test'
import { misbehave } from '../../fake-peer.ts'
import { until } from '../../remote/world.ts'
import { aggregateWorld } from './world.ts'

test('a stream gives each node as it comes, and the summary last', async (t) => {
  const { aggregate, peer, advance } = await aggregateWorld(t, ['a', 'b'])
  peer('a').on('/api/deployments', misbehave.hang)
  const stream = aggregate.stream('deployments', {}, new AbortController().signal)
  const names: string[] = []
  for (let round = 0; round < 2; round++) names.push(JSON.parse((await stream.next()).value as string).name)
  assert.deepEqual(names.sort(), ['b', 'self'])
  advance(5_000)
  assert.equal(JSON.parse((await stream.next()).value as string).code, 'timeout')
  assert.deepEqual(JSON.parse((await stream.next()).value as string), { summary: { answered: 2, failed: 1, total: 3 } })
  assert.equal((await stream.next()).done, true)
})

test('a consumer that stops reading a stream ends the requests that are left', async (t) => {
  const { aggregate, peer } = await aggregateWorld(t, ['a'])
  let closed = false
  peer('a').on('/api/deployments', (_request, response) => response.on('close', () => (closed = true)))
  for await (const entry of aggregate.stream('deployments', {}, new AbortController().signal)) {
    assert.equal(JSON.parse(entry).name, 'self')
    await until(() => peer('a').requests.length === 1)
    break
  }
  await until(() => closed)
})
