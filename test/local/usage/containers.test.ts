import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { Check } from 'typebox/value'
import { createLocalNode } from '../../../src/local/node.ts'
import { createContainerPast, type Sight } from '../../../src/local/usage/container-past.ts'
import { createSeries } from '../../../src/local/usage/container-series.ts'
import { ContainersPast } from '../../../src/schemas/deployments/usage.ts'
import { container, json, startFakeEngine } from '../fake-engine.ts'
import { folder } from '../folder.ts'

const BEGIN = Date.UTC(2026, 10, 29)

/** What a test sees at each look; the time goes on by itself half a minute each. */
function seen(t: TestContext, { file, begin = BEGIN }: { file?: string; begin?: number } = {}) {
  let now = begin
  let sight: Sight | undefined
  const past = createContainerPast({
    look: async () => sight,
    onFault: (fault) => assert.fail(String(fault)),
    file,
    now: () => now
  })
  t.after(past.close)
  return {
    past,
    async look(next: Sight | undefined, afterMs = 30_000) {
      now += afterMs
      sight = next
      return past.of('shop', 'hour')
    }
  }
}

/** Gone after whatever a test closes at its end, and writes then. */
function ownFolder(t: TestContext): string {
  const place = mkdtempSync(path.join(tmpdir(), 'containers-'))
  t.after(() => t.after(() => rmSync(place, { recursive: true, force: true })))
  return place
}

interface Figures {
  id?: string
  name?: string
  state?: string
  cpu?: number
  rx?: number
  startedAt?: string
}

function sightOf(...all: Figures[]): Sight {
  const made = all.map(({ id = 'a'.repeat(64), name = 'shop-web-1', state = 'running' }) => ({
    container: { id, name, service: 'web', state } as Sight['containers'][number]['container'],
    deployment: 'shop'
  }))
  return {
    containers: made,
    stats: all.flatMap(({ cpu = 10, rx = 0, state = 'running' }, index) => {
      const { id, name } = made[index]?.container ?? { id: '', name: '' }
      const zero = { memory_limit: 0, memory_percent: 0, network_tx: 0, block_read: 0, block_write: 0, pids: 1 }
      const one = {
        ...zero,
        container_id: id.slice(0, 12),
        name,
        cpu_percent: cpu,
        memory_usage: 1_000,
        network_rx: rx
      }
      return state === 'running' ? [one] : []
    }),
    runs: all.map(({ startedAt = new Date(BEGIN).toISOString() }, index) => ({
      ...{ id: made[index]?.container.id ?? '', service: 'web', startedAt, restarts: 3 }
    }))
  }
}

test('each container has its figures over time, with rates of what the engine counts', async (t) => {
  const { look } = seen(t)
  await look(sightOf({ cpu: 10, rx: 1_000 }))
  const { containers, step_ms } = await look(sightOf({ cpu: 30, rx: 4_000 }))
  const [web] = containers
  assert.equal(step_ms, 30_000)
  assert.deepEqual(
    [web?.cpu, web?.rx, web?.up],
    [
      [10, 30],
      [null, 100],
      [100, 100]
    ]
  )
  assert.deepEqual([web?.uptime_s, web?.restarts, web?.state], [60, 3, 'running'])
})

test('a restart is counted, and its counters that begin anew are no rate', async (t) => {
  const { look } = seen(t)
  await look(sightOf({ rx: 9_000 }))
  const again = new Date(BEGIN + 40_000).toISOString()
  await look(sightOf({ rx: 10, startedAt: again }))
  const { containers } = await look(sightOf({ state: 'exited', startedAt: again }))
  assert.deepEqual(
    [containers[0]?.starts, containers[0]?.rx, containers[0]?.up, containers[0]?.cpu],
    [
      [0, 1, 0],
      [null, null, null],
      [100, 100, 0],
      [10, 10, null]
    ]
  )
  assert.equal(containers[0]?.uptime_s, undefined)
})

test('one that compose made anew goes on, and one that is gone is shown as such for a day', async (t) => {
  const { look, past } = seen(t)
  await look(sightOf({}))
  await look(sightOf({ id: 'b'.repeat(64) }))
  const gone = await look({ containers: [], stats: [], runs: [] }, 60_000)
  assert.deepEqual([gone.containers.length, gone.containers[0]?.at.length, gone.containers[0]?.state], [1, 2, 'gone'])
  await look({ containers: [], stats: [], runs: [] }, 90_000_000)
  assert.deepEqual((await past.of('shop', 'day')).containers, [])
})

test('an engine that does not answer leaves a hole, and memory has an end', async (t) => {
  const { look } = seen(t)
  await look(sightOf({}))
  await look(undefined)
  assert.deepEqual((await look(sightOf({}))).containers[0]?.at, [BEGIN + 30_000, BEGIN + 90_000])
  const many = Array.from({ length: 400 }, (_, index) => ({ id: String(index).padStart(64, '0'), name: `c-${index}` }))
  const full = await look(sightOf(...many))
  assert.equal(full.containers.length, 300)
  const newest = { id: 'f'.repeat(64), name: 'newest' }
  const names = async (...sight: Figures[]) => (await look(sightOf(...sight))).containers.map(({ name }) => name)
  assert.ok(!(await names(newest, ...many)).includes('newest'), 'nobody who is there makes room')
  const after = await names(newest, ...many.slice(100))
  assert.ok(after.includes('newest') && after.length === 300, 'one that is gone does')

  const series = createSeries()
  const point = { cpu: 1, memory: 1, rx: 1, tx: 1, up: 100, starts: 0 }
  for (let at = BEGIN; at < BEGIN + 3 * 86_400_000; at += 30_000) series.record({ at, ...point })
  const now = BEGIN + 3 * 86_400_000
  assert.ok(series.points('hour', now).length <= 120)
  assert.ok(series.points('day', now).length <= 144)
})

test('of an engine that does not answer nothing is called gone', async (t) => {
  const { look } = seen(t)
  await look(sightOf({}))
  const [blind] = (await look(undefined, 120_000)).containers
  assert.deepEqual([blind?.state, blind?.uptime_s], ['unknown', undefined])
  assert.deepEqual((await look({ containers: [], stats: [], runs: [] })).containers[0]?.state, 'gone')
})

test('the past survives a restart of the agent, and tells of a start that nobody saw', async (t) => {
  const file = path.join(ownFolder(t), 'containers.json')
  const before = seen(t, { file })
  await before.look(sightOf({ cpu: 10, rx: 1_000 }))
  await before.look(sightOf({ cpu: 30, rx: 4_000 }))
  before.past.close()
  assert.equal(statSync(file).mode & 0o777, 0o600)

  const began = BEGIN + 60_000 + 600_000
  const again = seen(t, { file, begin: began })
  assert.equal((await again.look(undefined, 0)).containers[0]?.state, 'unknown')
  const [web] = (await again.look(sightOf({ cpu: 20, rx: 50, startedAt: new Date(began).toISOString() }))).containers
  assert.deepEqual(
    [web?.cpu, web?.rx, web?.starts],
    [
      [10, 30, 20],
      [null, 100, null],
      [0, 0, 1]
    ]
  )
  // Both ten minutes of the day are there, each once.
  assert.deepEqual((await again.past.of('shop', 'day')).containers[0]?.starts, [0, 1])
})

test('what another clock wrote, or another program, is begun anew', async (t) => {
  const file = path.join(ownFolder(t), 'containers.json')
  const ahead = seen(t, { file, begin: BEGIN + 86_400_000 })
  await ahead.look(sightOf({ cpu: 90 }))
  ahead.past.close()
  const right = seen(t, { file })
  assert.deepEqual((await right.look(sightOf({ cpu: 20 }))).containers[0]?.cpu, [20])
  writeFileSync(file, '[{"deployment":"shop","container":{"name":"evil"}}]')
  const other = seen(t, { file })
  assert.deepEqual((await other.look(sightOf({ cpu: 30 }))).containers[0]?.cpu, [30])
})

test('a real node tells it of the containers of one deployment, and of no other', async (t) => {
  const root = await folder(t, { 'shop/compose.yml': 'services: { web: { image: nginx } }\n' })
  const shop = container({ service: 'web', project: 'shop', dir: path.join(root, 'shop') })
  const other = container({ service: 'db', project: 'else' })
  const fake = await startFakeEngine(t, {
    'GET /containers/json': (_, response) => json(response, [shop, other]),
    [`GET /containers/${shop.Id}/json`]: (_, response) =>
      json(response, { State: { StartedAt: '2026-11-29T00:00:00Z', Status: 'running' }, RestartCount: 2 }),
    [`GET /containers/${shop.Id}/stats`]: (_, response) =>
      json(response, { memory_stats: { usage: 4_096, limit: 8_192 }, networks: { eth0: { rx_bytes: 5, tx_bytes: 6 } } })
  })
  const node = createLocalNode({ deploymentsPath: root, dockerSocket: fake.socket })
  t.after(() => node.close())
  const past = await node.containersPast('shop', 'hour')
  assert.ok(Check(ContainersPast, past))
  assert.deepEqual(
    past.containers.map(({ name, restarts, memory, state }) => [name, restarts, memory, state]),
    [['shop-web-1', 2, [4_096], 'running']]
  )
  assert.ok(fake.asked.every((asked) => !asked.includes(`${other.Id}/stats`)))
  await assert.rejects(node.containersPast('else', 'hour'), { code: 'DEPLOYMENT_UNKNOWN' })
})
