import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { FailureClass, Verdict } from '../../src/schemas/health.ts'

const root = path.join(import.meta.dirname, '..', '..')
const page = readFileSync(path.join(root, 'docs', 'troubleshooting.md'), 'utf8')
const named = new Set([...page.matchAll(/`([a-z_]+)`/g)].map((match) => match[1] ?? ''))

test('every state that needs something, and every class of failure, is explained', () => {
  const calm = new Set(['unknown', 'online', 'aborted', 'internal'])
  const missing = [...Verdict.enum, ...FailureClass.enum].filter((word) => !named.has(word) && !calm.has(word))
  assert.deepEqual(missing, [])
})
