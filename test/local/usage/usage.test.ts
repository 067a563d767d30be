import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { createUsageRecorder } from '../../../src/local/usage/recorder.ts'
import { createUsageTiers } from '../../../src/local/usage/tiers.ts'
import type { SystemStats } from '../../../src/schemas/deployments/stats.ts'

const BEGIN = Date.UTC(2026, 10, 23)
const point = (seconds: number, cpu: number) => ({ at: BEGIN + seconds * 1000, cpu, memory: 40, disk: 50, load: 1 })

test('an hour is kept by ten seconds, a day by two minutes as means', () => {
  const tiers = createUsageTiers()
  for (let second = 0; second <= 240; second += 10) tiers.record(point(second, second < 120 ? 10 : 30))
  const hour = tiers.view('hour')
  assert.deepEqual([hour.at.length, hour.step_ms, hour.cpu[0], hour.cpu.at(-1)], [25, 10_000, 10, 30])
  assert.deepEqual(tiers.view('day').cpu, [10, 30, 30])
  assert.deepEqual(tiers.view('week').at.length, 1)
})

test('no range grows without end', () => {
  const tiers = createUsageTiers()
  for (let second = 0; second < 8 * 86_400; second += 60) tiers.record(point(second, 1))
  assert.deepEqual(
    (['hour', 'day', 'week'] as const).map((range) => tiers.view(range).at.length),
    [361, 721, 673]
  )
})

test('a clock that was a day ahead leaves nothing in the future once it is right', () => {
  const tiers = createUsageTiers()
  for (let second = 0; second < 3_600; second += 10) tiers.record(point(second, 5))
  for (let second = 90_000; second < 91_000; second += 10) tiers.record(point(second, 90))
  tiers.record(point(3_600, 7))
  for (const range of ['hour', 'day', 'week'] as const) {
    const { at, cpu } = tiers.view(range)
    assert.equal(at.at(-1), point(3_600, 7).at)
    assert.equal(cpu.at(-1), 7)
    assert.ok(cpu.every((percent) => percent <= 7))
  }
})

test('a clock that was set back a little drops nothing', () => {
  const tiers = createUsageTiers()
  for (const second of [0, 60, 30]) tiers.record(point(second, second))
  assert.deepEqual(tiers.view('hour').cpu, [0, 60, 30])
})

test('a time without figures stays a hole', () => {
  const tiers = createUsageTiers()
  tiers.record(point(0, 5))
  tiers.record(point(1800, 7))
  assert.deepEqual(tiers.view('hour').at, [BEGIN, BEGIN + 1_800_000])
})

const SYSTEM: SystemStats = {
  cpu: { usage_percent: 12.5, cores: 4 },
  memory: { total: 100, used: 40, free: 50, available: 60, usage_percent: 40 },
  disk: { total: 100, used: 51, free: 49, usage_percent: 51, mount_point: '/' },
  uptime: 1,
  load_avg: { load1: 0.7, load5: 0.5, load15: 0.4 }
}

async function recorded(t: TestContext, file: string, now: () => number) {
  const measured = Promise.withResolvers<void>()
  const faults: unknown[] = []
  const recorder = createUsageRecorder({
    measure: async () => {
      queueMicrotask(measured.resolve)
      return SYSTEM
    },
    file,
    now,
    onFault: (fault) => faults.push(fault)
  })
  t.after(() => recorder.close())
  await measured.promise
  await Promise.resolve()
  return { recorder, faults }
}

function folder(t: TestContext): string {
  const made = mkdtempSync(path.join(tmpdir(), 'usage-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

test('the past survives a restart, without what is too old by then', async (t) => {
  const file = path.join(folder(t), 'usage.json')
  const first = createUsageTiers()
  for (const second of [0, 10, 20, 3590]) first.record(point(second, second))
  writeFileSync(file, JSON.stringify(first.points()))

  const { recorder } = await recorded(t, file, () => BEGIN + 3_605_000)
  assert.deepEqual(recorder.view('hour').cpu, [10, 20, 12.5])
  recorder.close()
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).hour.length, 2)
})

test('a file that is not ours is begun anew, and one that cannot be written is no fault of the rest', async (t) => {
  const place = folder(t)
  writeFileSync(path.join(place, 'usage.json'), '{"hour":[{"at":"evil"}]}')
  const { recorder } = await recorded(t, path.join(place, 'usage.json'), () => BEGIN)
  assert.deepEqual(recorder.view('hour').cpu, [12.5])

  const other = await recorded(t, path.join(place, 'missing', 'usage.json'), () => BEGIN)
  other.recorder.close()
  assert.equal(other.faults.length, 1)
  assert.deepEqual(other.recorder.view('hour').load, [0.7])
})
