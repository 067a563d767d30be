import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALM, penaltyNow, restless } from '../../../machines/peer/flapping.ts'
import { DEFAULT_RULE } from '../../../machines/peer/rule.ts'

const rule = DEFAULT_RULE.flapping
const MINUTE = 60_000

test('a penalty halves in its half-life', () => {
  const flap = { penalty: 1_000, at: 0, flapping: false }
  assert.equal(penaltyNow(flap, rule, 0), 1_000)
  assert.equal(penaltyNow(flap, rule, 10 * MINUTE), 500)
  assert.equal(penaltyNow(flap, rule, 30 * MINUTE), 125)
})

test('three outages in a row begin the flapping, and it ends when calm has lasted', () => {
  let flap = CALM
  for (const at of [0, 1, 2]) flap = restless(flap, 'suspect', 'offline', rule, at * MINUTE)
  assert.equal(flap.flapping, true)
  assert.equal(restless(flap, 'online', 'online', rule, 12 * MINUTE).flapping, true)
  assert.equal(restless(flap, 'online', 'online', rule, 20 * MINUTE).flapping, false)
})

test('an outage a day is no flapping', () => {
  let flap = CALM
  for (let day = 0; day < 30; day++) flap = restless(flap, 'suspect', 'offline', rule, day * 24 * 60 * MINUTE)
  assert.equal(flap.flapping, false)
})

test('coming back costs nothing', () => {
  assert.equal(restless(CALM, 'offline', 'online', rule, 0), CALM)
})
