import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Said, tellerOf } from '../../../src/cluster/handover/told.ts'

const FROM = 100
const at = (time: number, by?: string): Said => ({ by, at: time })

const TABLE: readonly [what: string, said: Record<string, Said>, teller: string | undefined][] = [
  ['nobody said anything', {}, undefined],
  ['another one told it', { 'open disk': at(200, 'b') }, 'b'],
  ['it was told before it could be about this', { 'open disk': at(99, 'b') }, undefined],
  ['this server told it last', { 'open disk': at(200) }, undefined],
  ['its end was told since', { 'open disk': at(200, 'b'), 'over disk': at(201, 'c') }, undefined],
  ['an older end was told', { 'open disk': at(200, 'b'), 'over disk': at(150, 'c') }, 'b'],
  ['another thing was told', { 'open memory': at(200, 'b') }, undefined]
]

for (const [what, said, teller] of TABLE)
  test(`where ${what}, ${teller === undefined ? 'nobody has told it' : `${teller} has`}`, () => {
    const latest = (incident: string) => said[incident]
    assert.equal(tellerOf(latest, { phase: 'open', thing: 'disk', from: FROM })?.by, teller)
  })

test('a new beginning makes the word of an end worthless, and a reminder has no opposite', () => {
  const said: Record<string, Said> = {
    'over disk': at(200, 'b'),
    'open disk': at(300, 'c'),
    'reminder disk': at(200, 'd')
  }
  const latest = (incident: string) => said[incident]
  assert.equal(tellerOf(latest, { phase: 'over', thing: 'disk', from: FROM }), undefined)
  assert.equal(tellerOf(latest, { phase: 'reminder', thing: 'disk', from: FROM })?.by, 'd')
})
