import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOpener } from '../../src/security/opened.ts'

function opening() {
  const asked: string[] = []
  const open = createOpener({
    open(text, context) {
      asked.push(`${context} ${text}`)
      if (text === 'broken') throw new Error('cannot open')
      return text.toUpperCase()
    }
  })
  return { open, asked }
}

test('a text is opened once for requests that follow each other', () => {
  const { open, asked } = opening()
  assert.equal(open('key', 'a'), 'KEY')
  assert.equal(open('key', 'a'), 'KEY')
  assert.deepEqual(asked, ['a key'])
})

test('a text that was sealed anew, or belongs to another record, is opened anew', () => {
  const { open, asked } = opening()
  for (const [text, context] of [
    ['old', 'a'],
    ['new', 'a'],
    ['new', 'b']
  ] as const)
    open(text, context)
  assert.deepEqual(asked, ['a old', 'a new', 'b new'])
})

test('what was opened is forgotten after a second', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { open, asked } = opening()
  open('key', 'a')
  t.mock.timers.tick(999)
  open('key', 'a')
  assert.equal(asked.length, 1)
  t.mock.timers.tick(1)
  open('key', 'a')
  assert.equal(asked.length, 2)
  t.mock.timers.tick(1_000)
  open('key', 'a')
  assert.equal(asked.length, 3)
})

test('what cannot be opened stays so', () => {
  const { open } = opening()
  for (let round = 0; round < 2; round++) assert.throws(() => open('broken', 'a'), /cannot open/)
})
