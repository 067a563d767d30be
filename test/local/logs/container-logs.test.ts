import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogLine } from '../../../src/schemas/deployments/operation.ts'
import { frame } from '../fake-engine.ts'
import { ALL_DONE, world } from '../operations/world.ts'

const TIME = '2026-11-23T08:15:30.5Z'

test('a log of half a frame and a line of 10 MB is what there was of it', async (t) => {
  const { node } = await world(t, {
    containers: [{ service: 'web' }],
    routes: {
      ...ALL_DONE,
      'GET /containers/web/logs': (_, response) => {
        response.write(frame(1, `${TIME} ${'x'.repeat(10_485_760)}\n`))
        response.end(frame(2, `${TIME} cut here and not further`).subarray(0, 40))
      }
    }
  })
  const { lines, cut } = await node.logs('web', {})
  assert.deepEqual(
    lines.map(({ stream, line }) => [stream, line.length > 16_000 ? 'long' : line]),
    [
      ['stdout', 'long'],
      ['stderr', 'cut here ']
    ]
  )
  assert.equal(cut, false)
})

test('of a log that is too long the newest lines are given', async (t) => {
  const { node, fake } = await world(t, {
    containers: [{ service: 'web' }],
    routes: {
      ...ALL_DONE,
      'GET /containers/web/logs': (_, response) => {
        for (let n = 0; n < 1_000; n += 1) response.write(frame(1, `${TIME} ${n} ${'x'.repeat(16_000)}\n`))
        response.end()
      }
    }
  })
  const { lines, cut } = await node.logs('web', { tail: 50_000, since: '10m' })

  assert.equal(cut, true)
  assert.match(lines.at(-1)?.line ?? '', /^999 /)
  assert.ok(lines.length > 200 && lines.length < 300)
  const query = new URLSearchParams(fake.asked.find((line) => line.includes('/logs'))?.split('?')[1])
  assert.equal(query.get('tail'), '10000')
  assert.match(query.get('since') ?? '', /^\d{10}\.\d{3}$/)
  await assert.rejects(node.logs('web', { since: 'yesterday' }), { statusCode: 400 })
})

test('the connection to the engine is closed when the reader of a log leaves', async (t) => {
  const closed = Promise.withResolvers<void>()
  const { node } = await world(t, {
    containers: [{ service: 'web' }],
    routes: {
      ...ALL_DONE,
      'GET /containers/web/logs': (_, response) => {
        response.on('close', closed.resolve)
        const more = () => {
          while (!response.destroyed && response.write(frame(1, `${TIME} on and on\n`)));
          response.once('drain', more)
        }
        more()
      }
    }
  })
  const lines: LogLine[] = []
  for await (const line of await node.followLogs('web', {}, new AbortController().signal)) {
    lines.push(line)
    if (lines.length === 5) break
  }
  await closed.promise
  assert.deepEqual(lines[0], { service: 'web', container: 'web-web-1', stream: 'stdout', at: TIME, line: 'on and on' })
})

test('also that of a container which says nothing', async (t) => {
  const closed = Promise.withResolvers<void>()
  const { node } = await world(t, {
    containers: [{ service: 'web' }, { service: 'db' }],
    routes: {
      ...ALL_DONE,
      'GET /containers/web/logs': (_, response) => response.write(frame(1, `${TIME} one\n`)),
      'GET /containers/db/logs': (_, response) => response.on('close', closed.resolve).flushHeaders()
    }
  })
  for await (const _ of await node.followLogs('web', {}, new AbortController().signal)) break
  await closed.promise
})

test('an engine that breaks off in a log that is followed is an error, not an end', async (t) => {
  const { node } = await world(t, {
    containers: [{ service: 'web' }],
    routes: {
      ...ALL_DONE,
      'GET /containers/web/logs': (_, response) => response.write(frame(1, `${TIME} one\n`), () => response.destroy())
    }
  })
  await assert.rejects(
    (async () => {
      for await (const _ of await node.followLogs('web', {}, new AbortController().signal));
    })(),
    { statusCode: 503, message: /broke the connection off/ }
  )
})
