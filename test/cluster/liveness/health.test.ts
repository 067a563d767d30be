import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClock } from '../../clock.ts'
import { join, sees, startNode, until } from '../../daemon.ts'
import { REVERSED } from '../../reversed.ts'

test('a peer whose process ends is suspect at once, offline 17 s later, and online again when it is back', async (t) => {
  const clock = createClock()
  const a = await startNode(t, { name: 'a', clock })
  // A connection that b opens grows old on both sides alike.
  const time = REVERSED ? { clock } : {}
  const b = await startNode(t, { name: 'b', ...time })
  await join(a, b)
  await until(async () => {
    await clock.advance(100)
    return (await a.call('GET', '/api/cluster/peers/b')).body.state === 'online'
  })

  await b.stop()
  // The connection that ends is the sign; the clock moves by less than a tenth of the interval.
  for (let passed = 0; passed < 2_000; passed += 100) await clock.advance(100)
  await sees(a, 'b', 'suspect')
  for (let passed = 0; passed < 22_000; passed += 500) {
    await clock.advance(500)
    await a.call('GET', '/api/cluster/status')
  }
  const { body } = await a.call('GET', '/api/cluster/peers/b')
  assert.equal(body.state, 'offline')
  assert.deepEqual(
    body.evidence.slice(-4).map((one: { class: string }) => one.class),
    Array(4).fill(REVERSED ? 'unlinked' : 'refused')
  )
  assert.deepEqual(
    body.transitions.slice(-2).map((one: { from: string; to: string }) => `${one.from} ${one.to}`),
    ['online suspect', 'suspect offline']
  )

  await startNode(t, { name: 'b', folder: b.folder, ...time, config: { 'api.port': Number(new URL(b.url).port) } })
  await until(async () => {
    // Slowly: what is asked has five seconds of this clock to be answered.
    await clock.advance(100)
    return (await a.call('GET', '/api/cluster/peers/b')).body.state === 'online'
  })
})
