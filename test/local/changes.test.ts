import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createChanges } from '../../src/local/changes.ts'
import type { Deployment } from '../../src/schemas/deployment.ts'

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
  const changes = createChanges()
  assert.deepEqual(changes(list({ web: 'running', old: 'stopped' })), [])
  assert.deepEqual(changes(list({ web: 'partial', fresh: 'stopped' })), [
    { name: 'web', from: 'running', to: 'partial' },
    { name: 'fresh', to: 'stopped' },
    { name: 'old', from: 'stopped' }
  ])
  assert.deepEqual(changes(list({ web: 'partial', fresh: 'stopped' })), [])
})

test('an engine that is away for a while changes no deployment', () => {
  const changes = createChanges()
  changes(list({ web: 'running', db: 'running' }))
  assert.deepEqual(changes(list({ web: 'unknown', db: 'unknown' })), [])
  assert.deepEqual(changes(list({ web: 'running', db: 'stopped' })), [{ name: 'db', from: 'running', to: 'stopped' }])
})

test('the first look at an engine that was away at the start is no news', () => {
  const changes = createChanges()
  changes(list({ web: 'unknown' }))
  assert.deepEqual(changes(list({ web: 'running' })), [])
})
