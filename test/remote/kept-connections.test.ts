import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createRemote } from '../../src/remote/client.ts'
import { until } from './world.ts'

/** A peer that answers when the test says so, and counts who connects. */
async function held(t: TestContext) {
  const sockets = new Set<Socket>()
  const waiting: ServerResponse[] = []
  const server = createServer((_, response) => void waiting.push(response))
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const remote = createRemote({ credentialOf: () => 'key', lookupGuard: () => true })
  t.after(() => {
    remote.close()
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask = () =>
    remote.request(
      { id: 'a', url, transport: 'insecure', pins: [] },
      { path: '/api/health', deadlineMs: 5_000, maxBytes: 1_000 }
    )
  const answerAll = () => {
    for (const response of waiting.splice(0)) response.end('{}')
  }
  return { sockets, waiting, ask, answerAll }
}

test('one question after the other uses one connection', async (t) => {
  const { sockets, waiting, ask, answerAll } = await held(t)
  for (let i = 0; i < 5; i++) {
    const answer = ask()
    await until(() => waiting.length === 1)
    answerAll()
    await answer
  }
  assert.equal(sockets.size, 1)
})

test('a probe does not wait behind an aggregate, and more than two connections are never opened', async (t) => {
  const { sockets, waiting, ask, answerAll } = await held(t)
  const answers = [ask(), ask(), ask(), ask()]
  await until(() => waiting.length === 2)
  answerAll()
  await until(() => waiting.length === 2)
  answerAll()
  await Promise.all(answers)
  assert.equal(sockets.size, 2)
})
