import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isWide, type Selectable, selected } from '../../src/schemas/selection/selection.ts'

const SERVERS: Selectable[] = [
  { name: 'web-1', tags: ['prod', 'eu'] },
  { name: 'web-2', tags: ['prod', 'us'] },
  { name: 'db-3', tags: ['Prod', 'eu'] },
  { name: 'stage-1', tags: ['stage', 'eu'] }
]
const names = (on: string[], not: string[] = []) => selected(SERVERS, { on, not }).map(({ name }) => name)

test('a comma is or, a repeated option is and, not takes away', () => {
  assert.deepEqual(names(['WEB-2']), ['web-2'])
  assert.deepEqual(names(['web-*']), ['web-1', 'web-2'])
  assert.deepEqual(names(['*-1']), ['web-1', 'stage-1'])
  assert.deepEqual(names(['@prod']), ['web-1', 'web-2', 'db-3'])
  assert.deepEqual(names(['tag:stage, web-2']), ['web-2', 'stage-1'])
  assert.deepEqual(names(['@prod,@stage', '@eu'], ['db-3']), ['web-1', 'stage-1'])
  assert.deepEqual(names(['all'], ['@us']), ['web-1', 'db-3', 'stage-1'])
  assert.deepEqual(names([], ['web-*']), ['db-3', 'stage-1'])
})

test('a word that means nobody is refused, also behind not, and a whole that means nobody too', () => {
  const cases: [string[], string[], RegExp][] = [
    [['web-9'], [], /no server is named web-9/],
    [['w*9'], [], /no server is named like w\*9/],
    [['@prd'], [], /no server has the tag prd/],
    [['all'], ['web-9'], /no server is named web-9/],
    [['web-1,'], [], /is empty/],
    [['@'], [], /is empty/],
    [['@us', '@stage'], [], /no server is @us and @stage/],
    [['web-1'], ['@eu'], /no server is web-1, not @eu/],
    [[], ['all'], /no server is left, not all/]
  ]
  for (const [on, not, message] of cases) assert.throws(() => names(on, not), { name: 'SelectionFault', message })
})

test('a list of names is told from what has to be looked up', () => {
  assert.equal(isWide({ on: ['web-1,web-2'] }), false)
  for (const on of [['web-*'], ['@eu'], ['all'], ['web-1', 'web-2']]) assert.equal(isWide({ on }), true)
  assert.equal(isWide({ on: ['web-1'], not: ['web-2'] }), true)
})

test('a pattern with many stars is as quick as one without', () => {
  const long = [{ name: 'a'.repeat(63), tags: [] }]
  assert.throws(() => selected(long, { on: [`${'a*'.repeat(5_000)}b`] }), { name: 'SelectionFault' })
})

const word = fc.constantFrom('a', 'b', 'c', 'ab', 'bc')
const server = fc.record({ name: word.map((name) => name), tags: fc.array(word, { maxLength: 3 }) })
const servers = fc.uniqueArray(server, { selector: ({ name }) => name, minLength: 1 })
const term = fc.oneof(
  word,
  word.map((one) => `@${one}`),
  word.map((one) => `${one}*`),
  fc.constant('all'),
  fc.constant('zz')
)
const terms = fc.array(term, { minLength: 1, maxLength: 3 }).map((some) => some.join(','))

/** What is selected; a refusal selects nobody. */
function choice(all: readonly Selectable[], on: string[], not: string[] = []): Set<string> {
  try {
    return new Set(selected(all, { on, not }).map(({ name }) => name))
  } catch {
    return new Set()
  }
}

test('a selection never grows by a not or by an and, and is never everything by a slip', () => {
  fc.assert(
    fc.property(servers, fc.array(terms, { minLength: 1, maxLength: 3 }), terms, (all, on, more) => {
      const before = choice(all, on)
      for (const after of [choice(all, [...on, more]), choice(all, on, [more])])
        for (const name of after) assert.ok(before.has(name))
      assert.equal(choice(all, [...on, 'zz']).size + choice(all, on, ['zz']).size, 0)
    })
  )
})

test('a comma only adds, and the order of the words changes nothing', () => {
  fc.assert(
    fc.property(servers, terms, terms, (all, one, other) => {
      const both = choice(all, [`${one},${other}`])
      if (both.size === 0) return
      assert.deepEqual(both, new Set([...choice(all, [one]), ...choice(all, [other])]))
      assert.deepEqual([...both].sort(), [...choice(all, [`${other},${one}`])].sort())
    })
  )
})

test('for a change, what a server says of itself chooses it for nothing, and can only take it away', () => {
  const all = [
    { name: 'web-1', tags: ['prod'] },
    { name: 'web-2', tags: [], claimed: ['prod', 'frozen'] }
  ]
  const chosen = (on: string[], not: string[] = []) => selected(all, { on, not }).map(({ name }) => name)
  assert.deepEqual(chosen(['@prod']), ['web-1'])
  assert.deepEqual(chosen(['all'], ['@frozen']), ['web-1'])
  assert.throws(() => chosen(['@frozen']), { message: /frozen is only what web-2 says of itself.*set the tag here/ })
  assert.throws(() => chosen(['@froze']), { message: 'no server has the tag froze' })
})

test('no claim of a server makes a selection larger', () => {
  const claims = fc.array(word, { maxLength: 3 })
  fc.assert(
    fc.property(servers, terms, terms, claims, (all, on, not, claimed) => {
      const before = choice(all, [on], [not])
      const [first, ...rest] = all
      const after = choice(first ? [{ ...first, claimed }, ...rest] : rest, [on], [not])
      const refused = choice(all, ['all'], [not]).size === 0
      if (!refused) for (const name of after) assert.ok(before.has(name))
    })
  )
})
