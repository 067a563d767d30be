import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRollouts } from '../../src/dashboard/deployments/rollouts.ts'
import type { Api } from '../../src/dashboard/lib/access/api.ts'
import type { RolloutView } from '../../src/schemas/deployments/operation.ts'

const JOB: RolloutView = {
  ...{ id: 'r1', deployment: 'shop', by: 'operator alice', status: 'running', servers: [] },
  started_at: '2026-11-29T08:00:00Z'
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('a restart that is under way is looked at every two seconds, whatever fails and however often news of it come', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const page = { hidden: false, addEventListener: (_: string, shown: () => void) => void waiting.push(shown) }
  const waiting: (() => void)[] = []
  Object.assign(globalThis, { document: page })
  t.after(() => Reflect.deleteProperty(globalThis, 'document'))
  let asked = 0
  let answers = true
  const get = async () => {
    asked += 1
    if (!answers) throw new Error('no answer')
    return { rollouts: [JOB] }
  }
  const rollouts = createRollouts({ get } as unknown as Api)
  const asksIn = async (ms: number) => {
    const before = asked
    t.mock.timers.tick(ms)
    await settled()
    return asked - before
  }
  const leave = rollouts.watch()
  await settled()
  for (let news = 0; news < 5; news++) {
    rollouts.refresh()
    await settled()
  }
  assert.equal(await asksIn(2_000), 1)
  answers = false
  assert.equal(await asksIn(2_000), 1)
  assert.equal(rollouts.fault.value?.message, 'no answer')
  assert.equal(await asksIn(2_000), 1)
  answers = true
  page.hidden = true
  assert.equal(await asksIn(2_000), 0)
  page.hidden = false
  for (const shown of waiting) shown()
  await settled()
  assert.equal(await asksIn(2_000), 1)
  leave()
  assert.equal(await asksIn(60_000), 0)
})
