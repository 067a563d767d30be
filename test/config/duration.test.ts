import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDuration } from '../../src/schemas/duration.ts'

const GOOD: [string, number][] = [
  ['500ms', 500],
  ['30s', 30_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1_500],
  ['24h0m0s', 86_400_000],
  ['2d', 172_800_000],
  ['250us', 0.25],
  ['250µs', 0.25],
  ['1ns', 1e-6],
  ['0s', 0]
]

for (const [text, ms] of GOOD)
  test(`${text} is ${ms} ms`, () => {
    assert.equal(parseDuration(text), ms)
  })

for (const text of [
  '',
  '30',
  's',
  '-30s',
  '+1s',
  '30 s',
  '1h 30m',
  '30S',
  '1e3s',
  '.5s',
  '5.s',
  '1w',
  'never',
  '30s\n'
])
  test(`${JSON.stringify(text)} is no duration`, () => {
    assert.equal(parseDuration(text), undefined)
  })
