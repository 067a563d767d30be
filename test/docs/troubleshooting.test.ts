import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { FailureClass, Verdict } from '../../src/schemas/health.ts'
import { BY_CLASS, BY_SCOPE, BY_STATE } from '../../src/schemas/peers/remedies.ts'

const root = path.join(import.meta.dirname, '..', '..')
const page = readFileSync(path.join(root, 'docs', 'troubleshooting.md'), 'utf8')
const named = new Set([...page.matchAll(/`([a-z_]+)`/g)].map((match) => match[1] ?? ''))

test('every state that needs something, and every class of failure, is explained', () => {
  const calm = new Set(['unknown', 'online', 'aborted', 'internal'])
  const missing = [...Verdict.enum, ...FailureClass.enum].filter((word) => !named.has(word) && !calm.has(word))
  assert.deepEqual(missing, [])
})

test('what the page and explain say to do about a peer is what stands here', () => {
  const rowsOf = (word: string) =>
    page.split('\n').filter((line) => line.startsWith('|') && line.includes(`\`${word}\``))
  const said = Object.entries({ ...BY_STATE, ...BY_SCOPE, ...BY_CLASS })
  const others = said.filter(([word, remedy]) => !rowsOf(word).some((line) => line.includes(remedy)))
  assert.deepEqual(others, [])
  for (const word of Verdict.enum) if (!['online', 'offline', 'unknown'].includes(word)) assert.ok(BY_STATE[word], word)
  for (const word of FailureClass.enum) if (!['aborted', 'internal'].includes(word)) assert.ok(BY_CLASS[word], word)
})
