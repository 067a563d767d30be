import assert from 'node:assert/strict'
import dns from 'node:dns'
import { test } from 'node:test'
import { until } from '../daemon.ts'
import { skip, startFarServer, unanswered } from '../far-server.ts'
import { createCli } from './world.ts'

test('a command reaches an agent with addresses of both families that is far away', { skip }, async (t) => {
  const { port, server, addresses } = await startFarServer(t)
  t.mock.method(dns, 'lookup', (...given: unknown[]) => {
    const done = given.at(-1)
    if (typeof done === 'function') setImmediate(() => done(null, addresses))
  })
  const env = { FLATRUN_URL: `http://far.test:${port}`, FLATRUN_TOKEN: 'x' }
  const asked = createCli(t, { env })('health --timeout 60s')
  await until(() => unanswered(port) === 1, 'the first packet')
  server.kill('SIGCONT')
  const { err } = await asked
  // What answers there is no agent, but it is reached.
  assert.doesNotMatch(err, /cannot be reached|did not answer/)
})
