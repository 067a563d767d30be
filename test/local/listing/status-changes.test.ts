import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createChanges } from '../../../src/local/listing/status-changes.ts'
import type { Deployment } from '../../../src/schemas/deployments/deployment.ts'

function list(statuses: Record<string, Deployment['status']>): Deployment[] {
  return Object.entries(statuses).map(([name, status]) => ({
    name,
    path: '',
    status,
    created_at: '',
    updated_at: '',
    services: []
  }))
}

test('what is new, gone or otherwise than before is told', () => {
  const { between: changes } = createChanges({ now: () => 0 })
  assert.deepEqual(changes(list({ web: 'running', old: 'stopped' })), [])
  assert.deepEqual(changes(list({ web: 'partial', fresh: 'stopped' })), [
    { name: 'web', from: 'running', to: 'partial' },
    { name: 'fresh', to: 'stopped' },
    { name: 'old', from: 'stopped' }
  ])
  assert.deepEqual(changes(list({ web: 'partial', fresh: 'stopped' })), [])
})

test('an engine that is away for a while changes no deployment', () => {
  const { between: changes } = createChanges({ now: () => 0 })
  changes(list({ web: 'running', db: 'running' }))
  assert.deepEqual(changes(list({ web: 'unknown', db: 'unknown' })), [])
  assert.deepEqual(changes(list({ web: 'running', db: 'stopped' })), [{ name: 'db', from: 'running', to: 'stopped' }])
})

test('the first look at an engine that was away at the start is no news', () => {
  const { between: changes } = createChanges({ now: () => 0 })
  changes(list({ web: 'unknown' }))
  assert.deepEqual(changes(list({ web: 'running' })), [])
})

test('what changes over and over is told five times, and again when it stays', () => {
  let at = 0
  const { between, holds } = createChanges({ now: () => at })
  between(list({ web: 'running' }))
  let told = 0
  for (let turn = 0; turn < 40; turn += 1) {
    at += 5_000
    told += between(list({ web: turn % 2 === 0 ? 'error' : 'running' })).length
  }
  assert.equal(told, 5)

  at += 5_000
  assert.deepEqual(between(list({ web: 'running' })), [])
  assert.equal(holds(), true)
  at += 60_000
  assert.deepEqual(between(list({ web: 'running' })), [{ name: 'web', from: 'error', to: 'running' }])
  assert.equal(holds(), false)
})
