import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_DEADLINES } from '../../src/remote/deadlines.ts'
import { skip, startFarServer, unanswered } from '../far-server.ts'
import { targetOf, until, world } from './world.ts'

test('a peer with addresses of both families is reached though each of them is far away', { skip }, async (t) => {
  const { port, server, addresses } = await startFarServer(t)
  // The machine may be slow too; the share of each attempt is what counts.
  const deadlines = { ...DEFAULT_DEADLINES, connectMs: 30_000 }
  const { remote, peer } = await world(t, { deadlines, resolve: async () => addresses })
  const target = targetOf(peer, { url: `http://far.test:${port}` })
  const answer = remote.request(target, { path: '/', deadlineMs: 60_000, maxBytes: 100 })
  await until(() => unanswered(port) === 1)
  server.kill('SIGCONT')
  assert.equal((await answer).status, 200)
})
