import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { createClock } from '../clock.ts'
import { authorized, OPERATOR_KEY, request, until } from '../daemon.ts'
import { frontWorld } from '../http/front/world.ts'

test('that FlatRun goes and comes back is told once each, and stands in the figures', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  const { events } = node.daemon
  const told = () =>
    events.since(0).flatMap(({ type, from, to }) => (type === 'flatrun.state' ? [`${from} ${to}`] : []))
  const figure = async () => {
    const { text } = await request(`${node.url}/metrics`, { headers: authorized(OPERATOR_KEY) })
    return /^flatrun_cluster_flatrun_up\{version="0\.4\.2"\} (.)$/m.exec(text)?.[1]
  }
  assert.deepEqual([told(), await figure()], [[], '1'])

  await flatrun.stop()
  for (let count = 0; count < 3; count++)
    assert.equal((await node.call('GET', '/api/deployments/shop')).body.code, 'flatrun_down')
  await until(() => told().length > 0, 'the event')
  assert.equal(await figure(), '0')

  await flatrun.start()
  await until(() => told().length > 1, 'the event of its return')
  assert.deepEqual([told(), await figure()], [['up down', 'down up'], '1'])
  const [, back] = events.since(0).filter(({ type }) => type === 'flatrun.state')
  assert.equal(back?.reason, undefined)
})

test('FlatRun’s users come in again as soon as it is back', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  await flatrun.stop()
  await node.call('GET', '/api/deployments/shop')
  const headers = authorized(flatrun.session('root'))
  await until(async () => (await request(`${node.url}/api/cluster/peers`, { headers })).status === 502, 'it is missed')
  await flatrun.start()
  await until(async () => (await request(`${node.url}/api/cluster/peers`, { headers })).status === 200, 'its users')
})

test('who is told of what is wrong is told that FlatRun is gone, though nobody can say any more what runs here', async (t) => {
  const received: { title: string }[] = []
  const hook = createServer(async (request, response) => {
    received.push(JSON.parse(await text(request)))
    response.end()
  })
  await once(hook.listen(0, '127.0.0.1'), 'listening')
  t.after(() => hook.close())
  const { port } = hook.address() as AddressInfo
  const clock = createClock()
  const targets = [{ type: 'webhook', url: `http://127.0.0.1:${port}/` }]
  const { node, flatrun } = await frontWorld(t, { clock, config: { 'alerts.targets': targets } })
  await flatrun.stop()
  await node.call('GET', '/api/deployments/shop')
  const titles = () => received.map(({ title }) => title).join()
  const passesUntil = (told: RegExp) =>
    until(async () => {
      await clock.advance(60_000)
      return told.test(titles())
    }, `${told} is told`)
  await passesUntil(/FlatRun’s agent cannot be used/)
  await flatrun.start()
  await passesUntil(/FlatRun’s agent answers again/)
})
