import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { beat } from '../../src/alerts/delivery/send.ts'
import { createAlertWorld } from './world.ts'

test('a watcher of the watcher is told again and again, and people are when it hears nothing', async (t) => {
  const config = { heartbeat: { url: 'http://watcher.test/secret-uuid', every: '1m' } }
  const { clock, beats, titles, failingBeats, sent, alerts } = createAlertWorld(t, { config })
  await clock.advance(5 * 60_000)
  assert.equal(beats.length, 5)
  failingBeats.times = 15
  await clock.advance(5 * 60_000)
  assert.deepEqual(titles(), [])
  await clock.advance(20 * 60_000)
  assert.deepEqual(titles(), ['here: heartbeats do not arrive', 'here: heartbeats arrive again'])
  assert.doesNotMatch(JSON.stringify([sent, alerts().problems()]), /secret-uuid/)
})

test('a heartbeat is a plain question, and any other answer than yes is none', async (t) => {
  const asked: unknown[] = []
  const server = createServer((request, response) => {
    asked.push([request.method, request.url])
    response.writeHead(request.url === '/ok' ? 200 : 302, { location: '/ok' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await beat(`${url}/ok`, new AbortController().signal)
  await assert.rejects(beat(`${url}/moved`, new AbortController().signal), /It answered with status 302/)
  assert.deepEqual(asked, [
    ['GET', '/ok'],
    ['GET', '/moved']
  ])
})
