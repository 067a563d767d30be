import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { startNode } from '../daemon.ts'

test('a connection on which nothing was asked does not delay stopping', async (t) => {
  const node = await startNode(t)
  const { port } = new URL(node.url)
  const socket = connect(Number(port), '127.0.0.1')
  t.after(() => socket.destroy())
  await once(node.daemon.app.server, 'connection')
  const ended = once(socket, 'close')
  const stopped = node.stop().then(() => 'stopped')
  // The limit for late headers is ten seconds; nothing here is a matter of milliseconds.
  const patience = new Promise((resolve) => setTimeout(resolve, 5_000, 'waited').unref())
  assert.equal(await Promise.race([stopped, patience]), 'stopped')
  await ended
})
