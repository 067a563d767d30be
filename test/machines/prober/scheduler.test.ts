import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createScheduler, type Planned } from '../../../machines/prober/scheduler.ts'
import { systemClock } from '../../../src/clock.ts'
import { createClock } from '../../clock.ts'

interface Item extends Planned {
  name: string
}

const item = (name: string): Item => ({ name, timer: undefined, tick: undefined })

/** An agenda on a clock that the test moves, and who was due when, in turns. */
function createWorld(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let now = 0
  const turns: [at: number, ...names: string[]][] = []
  let timers = 0
  const clock = {
    ...systemClock,
    now: () => now,
    setTimeout(run: () => void, delayMs: number) {
      timers++
      return setTimeout(run, delayMs)
    }
  }
  const agenda = createScheduler<Item>(clock, (items) => turns.push([now, ...items.map(({ name }) => name)]))
  return {
    agenda,
    turns,
    timers: () => timers,
    advance(ms: number) {
      for (const end = now + ms; now < end; ) {
        now++
        t.mock.timers.tick(1)
      }
    }
  }
}

test('a short delay is kept to the millisecond', (t) => {
  const { agenda, turns, advance } = createWorld(t)
  advance(33)
  agenda.plan(item('a'), 2_000)
  agenda.plan(item('b'), 10_001)
  advance(20_000)
  assert.deepEqual(turns, [
    [2_033, 'a'],
    [10_034, 'b']
  ])
})

test('long delays that end within a tick end together, never early and at most 100 ms late', (t) => {
  const { agenda, turns, advance, timers } = createWorld(t)
  agenda.plan(item('a'), 30_001)
  advance(20)
  agenda.plan(item('b'), 30_000)
  agenda.plan(item('c'), 30_080)
  agenda.plan(item('d'), 30_081)
  advance(40_000)
  assert.deepEqual(turns, [
    [30_100, 'a', 'b', 'c'],
    [30_200, 'd']
  ])
  assert.equal(timers(), 2)
})

test('what is cancelled is not due, and what is planned anew is due once and then', (t) => {
  const { agenda, turns, advance } = createWorld(t)
  const [a, b, c] = [item('a'), item('b'), item('c')]
  for (const one of [a, b, c]) agenda.plan(one, 30_000)
  agenda.cancel(a)
  agenda.cancel(b)
  agenda.plan(b, 30_000)
  agenda.cancel(c)
  agenda.plan(c, 500)
  advance(60_000)
  assert.deepEqual(turns, [
    [500, 'c'],
    [30_000, 'b']
  ])
})

test('an agenda that has ended strikes no more', (t) => {
  const { agenda, turns, advance } = createWorld(t)
  agenda.plan(item('a'), 30_000)
  agenda.end()
  advance(60_000)
  assert.deepEqual(turns, [])
})

for (const count of [300, 3_000]) {
  test(`${count} that are overdue after a stall are due over some seconds, each once`, async () => {
    const clock = createClock()
    const turns: { at: number; names: string[] }[] = []
    const agenda = createScheduler<Item>(clock, (items) =>
      turns.push({ at: clock.now(), names: items.map(({ name }) => name) })
    )
    for (let index = 0; index < count; index++) agenda.plan(item(`${index}`), 30_000 + (index % 300) * 100)
    const cancelled = item('cancelled')
    agenda.plan(cancelled, 55_000)
    await clock.advance(20_000)
    clock.stall(60_000)
    await clock.advance(0)
    agenda.cancel(cancelled)
    await clock.advance(10_000)

    const names = turns.flatMap((turn) => turn.names)
    assert.equal(names.length, count)
    assert.equal(new Set(names).size, count)
    assert.ok(turns.every(({ at }) => at <= 85_100))
    const perTick = new Map<number, number>()
    for (const turn of turns) perTick.set(turn.at, (perTick.get(turn.at) ?? 0) + turn.names.length)
    assert.ok(Math.max(...perTick.values()) <= Math.max(20, Math.ceil(count / 50) + 20))
  })
}
