import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, sees, startNode, until } from '../../daemon.ts'

test('keys are changed both ways while requests go on, and none of them fails', async (t) => {
  const a = await startNode(t, { name: 'node-a' })
  const b = await startNode(t, { name: 'node-b' })
  await join(a, b)
  await Promise.all([sees(a, 'node-b', 'online'), sees(b, 'node-a', 'online')])
  const rekeyed = ({ daemon }: typeof a) =>
    daemon.events.since(0).some(({ reason }) => reason === 'it presents a new key here')
  let running = true
  const failures: string[] = []
  const traffic = (async () => {
    while (running) {
      for (const [node, peer] of [
        [a, 'node-b'],
        [b, 'node-a']
      ] as const) {
        const { body } = await node.call('POST', `/api/cluster/peers/${peer}/check`)
        const last = body.evidence.at(-1)
        if (!last.ok) failures.push(last.detail)
      }
    }
  })()

  for (let round = 0; round < 5; round++) {
    const { status, text } = await a.call('POST', '/api/cluster/peers/node-b/rotate')
    assert.equal(status, 200, text)
  }
  await until(() => rekeyed(b) && rekeyed(a))
  running = false
  await traffic

  assert.deepEqual(failures, [])
  const { body } = await a.call('GET', '/api/cluster/peers')
  assert.equal(body.peers[0].state, 'online')
})
