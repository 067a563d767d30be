import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLocalHealth } from '../../../machines/prober/local-health.ts'

test('one of three peers that fails is its own fault, two of three are ours', () => {
  const doubt = createLocalHealth()
  for (const id of ['a', 'b', 'c']) doubt.heard(id, true, 10_000)
  doubt.heard('a', false, 11_000)
  assert.equal(doubt.of(10_900, 11_000), false)
  doubt.heard('b', false, 12_000)
  assert.equal(doubt.of(11_900, 12_000), true)
  doubt.heard('b', true, 13_000)
  assert.equal(doubt.of(12_900, 13_000), false)
})

test('two peers say nothing about ourselves', () => {
  const doubt = createLocalHealth()
  doubt.heard('a', false, 10_000)
  doubt.heard('b', false, 10_000)
  assert.equal(doubt.of(9_000, 10_000), false)
})

test('what was heard a period ago, or of a peer that is gone, does not count', () => {
  const doubt = createLocalHealth()
  for (const id of ['a', 'b', 'c', 'd']) doubt.heard(id, false, 10_000)
  assert.equal(doubt.of(20_000, 20_000), true)
  doubt.forget('a')
  doubt.forget('b')
  assert.equal(doubt.of(20_000, 20_000), false)
  doubt.heard('e', false, 51_000)
  assert.equal(doubt.of(51_000, 51_000), false)
})

test('after a stall failures are doubted for a while, and whatever had begun before it', () => {
  const doubt = createLocalHealth()
  assert.equal(doubt.pulse(1_000, 1_400), 0)
  assert.equal(doubt.of(900, 1_500), false)
  assert.equal(doubt.pulse(2_000, 22_000), 20_000)
  assert.equal(doubt.of(22_100, 22_200), true)
  assert.equal(doubt.of(22_100, 27_100), false)
  assert.equal(doubt.of(1_900, 27_100), true)
})
