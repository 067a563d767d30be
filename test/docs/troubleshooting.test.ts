import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { FailureClass, Verdict } from '../../src/schemas/health.ts'

const root = path.join(import.meta.dirname, '..', '..')
const page = readFileSync(path.join(root, 'docs', 'troubleshooting.md'), 'utf8')
const named = new Set([...page.matchAll(/`([a-z_]+)`/g)].map((match) => match[1] ?? ''))
const codes = [
  ...readFileSync(path.join(root, 'src', 'errors.ts'), 'utf8').matchAll(/createError(?:<[^(]*>)?\(\s*'([a-z_]+)'/g)
].map((match) => match[1] ?? '')

/** What says by itself what to do, or cannot be met by chance. */
const SELF_EXPLAINING = new Set([
  'bad_request',
  'not_found',
  'peer_unknown',
  'invite_id_unknown',
  'cluster_enabled',
  'cluster_disabled'
])
const RARE = /^(inspector_|watch_|too_many_(watchers|followers)|rotation_refused)/

test('every error that a person may meet is explained', () => {
  assert.ok(codes.length > 40)
  const missing = codes.filter((code) => !named.has(code) && !SELF_EXPLAINING.has(code) && !RARE.test(code))
  assert.deepEqual(missing, [], 'add them to docs/troubleshooting.md')
})

test('every state that needs something, and every class of failure, is explained', () => {
  const calm = new Set(['unknown', 'online', 'aborted', 'internal'])
  const missing = [...Verdict.enum, ...FailureClass.enum].filter((word) => !named.has(word) && !calm.has(word))
  assert.deepEqual(missing, [])
})
