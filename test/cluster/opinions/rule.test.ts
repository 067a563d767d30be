import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawFrom, isAskedAt, scopeOf } from '../../../src/cluster/opinions/rule.ts'
import { type Scope, scopeWords, type Witness } from '../../../src/schemas/opinions/opinion.ts'

const witnesses = (words: string): Witness[] =>
  words
    .split(' ')
    .filter(Boolean)
    .map((word, at) => {
      const says = word === 'up' || word === 'down' ? word : 'silent'
      return { name: `node-${at + 2}`, says }
    })

const SCOPES: [answers: string, failing: number, peers: number, scope: Scope][] = [
  ['down down down', 1, 5, 'confirmed'],
  ['down down', 1, 5, 'confirmed'],
  ['down down silent', 4, 5, 'confirmed'],
  // Of three servers there is only one to ask.
  ['down', 1, 2, 'confirmed'],
  ['down', 2, 3, 'confirmed'],
  ['down silent', 2, 5, 'confirmed'],
  ['down silent', 4, 5, 'cut_off'],
  ['up', 1, 2, 'here_only'],
  ['up down down', 1, 5, 'here_only'],
  ['up silent silent', 5, 6, 'here_only'],
  ['silent', 1, 5, 'cut_off'],
  ['silent silent silent', 5, 5, 'cut_off'],
  ['', 3, 4, 'cut_off'],
  ['', 2, 2, 'cut_off'],
  ['', 2, 4, 'alone'],
  ['', 1, 1, 'alone'],
  ['', 1, 2, 'alone']
]

for (const [answers, failing, peers, scope] of SCOPES) {
  test(`"${answers}" with ${failing} of ${peers} failing is ${scope}`, () => {
    assert.equal(scopeOf(witnesses(answers), { peers, failing }), scope)
  })
}

test('others are asked at the first three failures, and then at each fourth', () => {
  const asked = Array.from({ length: 16 }, (_, at) => at + 1).filter((failures) => isAskedAt(failures, 'timeout'))
  assert.deepEqual(asked, [1, 2, 3, 7, 11, 15])
})

test('what the peer itself said, and our own faults, are no question for others', () => {
  for (const failed of ['key_refused', 'clock_skew', 'not_agent', 'internal', 'aborted', 'forbidden'] as const)
    assert.equal(isAskedAt(1, failed), false, failed)
})

test('a draw takes each one once, all of them in the end, and no more than there are', () => {
  const left = [1, 2, 3, 4, 5]
  const chances = [0.999, 0, 0.5, 0.999, 0]
  const first = drawFrom(left, 3, () => chances.shift() ?? 0)
  assert.deepEqual(first, [5, 1, 3])
  assert.deepEqual(drawFrom(left, 9, () => 0).toSorted(), [2, 4])
  assert.deepEqual(left, [])
})

const WORDS: [scope: Scope, answers: string, words: string][] = [
  ['here_only', 'up down up', 'unreachable from here only: node-2 and node-4 reach it, node-3 does not'],
  ['here_only', 'up down down', 'unreachable from here only: node-2 reaches it, node-3 and node-4 do not'],
  ['confirmed', 'down down down', 'node-2, node-3 and node-4 do not reach it either'],
  ['confirmed', 'down', 'node-2 does not reach it either'],
  ['confirmed', 'down down silent', 'node-2 and node-3 do not reach it either, node-4 gives no answer'],
  ['cut_off', 'silent silent', 'this server seems to be cut off: node-2 and node-3 give no answer'],
  ['cut_off', '', 'this server seems to be cut off: most of its peers fail'],
  ['alone', '', 'there is no other server to ask about it']
]

for (const [scope, answers, words] of WORDS) {
  test(`${scope} by "${answers}" in words`, () => {
    assert.equal(scopeWords({ scope, witnesses: witnesses(answers) }), words)
  })
}
