import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEngine } from '../../../src/local/engine/client.ts'
import { readContainers } from '../../../src/local/engine/container.ts'
import type { Target } from '../../../src/local/listing/find-deployment.ts'
import { createRevival } from '../../../src/local/logs/follow-restarts.ts'
import { createLogs } from '../../../src/local/logs/logs.ts'
import { container, json, startFakeEngine } from '../fake-engine.ts'

/** From where the engine was asked for lines, run after run. */
async function asked(t: Parameters<typeof startFakeEngine>[0], runs: { id: string; State: object }[]) {
  const since: (string | null)[] = []
  let at = 0
  const inspected = (_: unknown, response: Parameters<typeof json>[0]) => json(response, runs[at] ?? {})
  const logs = (request: { url?: string | undefined }, response: Parameters<typeof json>[0]) => {
    since.push(new URL(request.url ?? '', 'http://engine').searchParams.get('since'))
    at = Math.min(at + 1, runs.length - 1)
    response.end()
  }
  const [first, other] = readContainers([
    container({ service: 'web', id: 'a' }),
    container({ service: 'web', id: 'b' })
  ])
  const fake = await startFakeEngine(t, {
    'GET /containers/a/json': (request, response) =>
      runs[at]?.id === 'a' ? inspected(request, response) : json(response, { message: 'No such container' }, 404),
    'GET /containers/b/json': inspected,
    'GET /containers/a/logs': logs,
    'GET /containers/b/logs': logs
  })
  const engine = createEngine({ socket: fake.socket })
  t.after(() => engine.close())
  let now = 0
  const revival = createRevival({
    ...{ engine, successor: async () => other, busy: () => false, now: () => now++ },
    ...{ graceMs: 10, pollMs: 0 }
  })
  const target = { deployment: { name: 'shop' }, members: [first], folder: { services: [] } } as unknown as Target
  const lines = createLogs({ engine, revival, now: () => 0 }).follow(target, {}, new AbortController().signal)
  for await (const line of lines) assert.fail(line.line)
  return since
}

const FIRST = { Status: 'running', StartedAt: '2026-11-23T08:00:00Z', FinishedAt: '0001-01-01T00:00:00Z' }
const seconds = (text: string) => (Date.parse(text) / 1_000).toFixed(3)

test('a first line that is older than the start of its run, as the engine writes it, is not lost', async (t) => {
  const again = { Status: 'running', StartedAt: '2026-11-23T08:05:02.5Z', FinishedAt: '2026-11-23T08:05:00Z' }
  const since = await asked(t, [
    { id: 'a', State: FIRST },
    { id: 'a', State: again }
  ])
  assert.deepEqual(since, [null, seconds('2026-11-23T08:05:00Z')])
})

test('of a run whose forerunner has no end, the lines from its start on are given', async (t) => {
  const again = { Status: 'running', StartedAt: '2026-11-23T08:05:02Z', FinishedAt: '0001-01-01T00:00:00Z' }
  const since = await asked(t, [
    { id: 'a', State: FIRST },
    { id: 'a', State: again }
  ])
  assert.deepEqual(since, [null, seconds('2026-11-23T08:05:02Z')])
})

test('of a container that was made anew, all lines are given', async (t) => {
  const made = { Status: 'running', StartedAt: '2026-11-23T08:05:02Z', FinishedAt: '0001-01-01T00:00:00Z' }
  const since = await asked(t, [
    { id: 'a', State: FIRST },
    { id: 'b', State: made }
  ])
  assert.deepEqual(since, [null, null])
})
