import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asymmetricIn, islandsIn } from '../../../src/cluster/opinions/map.ts'
import type { Reachability } from '../../../src/schemas/opinions/reachability.ts'

/** `a>b` is a link that works, `a!b` one that does not. */
function rowsOf(words: string): Reachability['rows'] {
  const rows: Reachability['rows'] = {}
  for (const word of words.split(' ')) {
    const [from = '', to = ''] = word.split(/[>!]/)
    rows[from] ??= { answered: true, sees: {} }
    const row = rows[from]
    row.sees[to] = { state: word.includes('>') ? 'online' : 'offline' }
  }
  return rows
}

test('a link that works one way only is listed from who does not reach the other', () => {
  const rows = rowsOf('a!b b>a a>c c>a b!c c!b')
  assert.deepEqual(asymmetricIn(['a', 'b', 'c'], rows), [['a', 'b']])
})

test('two halves are two islands, a dead node is one of its own, and a link one way joins', () => {
  const nodes = ['a', 'b', 'c', 'd', 'e']
  assert.deepEqual(islandsIn(nodes, rowsOf('a>b b>a c!d d>c a!c c!a e!a a!e')), [['a', 'b'], ['c', 'd'], ['e']])
  assert.deepEqual(islandsIn(['a', 'b', 'c'], rowsOf('a>b b>c')), [['a', 'b', 'c']])
})
