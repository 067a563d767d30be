import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineOf, TURN_MS, waitOf } from '../../../src/cluster/handover/who-sends.ts'

const NODES = Array.from({ length: 12 }, (_, node) => `node-${node}`)
const THINGS = Array.from({ length: 600 }, (_, thing) => `open peer|${thing}`)

test('all compute the same line, in which each has its turn, in whatever order they know each other', () => {
  for (const thing of THINGS.slice(0, 50)) {
    const waits = NODES.map((self) => waitOf(self, NODES.filter((other) => other !== self).toReversed(), thing))
    assert.deepEqual(
      waits.toSorted((a, b) => a - b),
      [0, TURN_MS, 2 * TURN_MS, ...Array.from({ length: 9 }, (_, place) => 3 * TURN_MS + place * 2_000)]
    )
  }
})

test('who is alone sends at once', () => {
  assert.equal(waitOf('node-0', [], 'anything'), 0)
  assert.equal(waitOf('node-0', ['node-0'], 'anything'), 0)
})

test('things are spread over all', () => {
  const first = Map.groupBy(THINGS, (thing) => lineOf(NODES, thing)[0])
  for (const node of NODES) {
    const share = first.get(node)?.length ?? 0
    assert.ok(share > 25 && share < 80, `${node} tells ${share} of 600`)
  }
})

test('when the first in line is gone, the second one is first, and nobody else moves', () => {
  for (const thing of THINGS.slice(0, 50)) {
    const [first, ...rest] = lineOf(NODES, thing)
    assert.deepEqual(
      lineOf(
        NODES.filter((node) => node !== first),
        thing
      ),
      rest
    )
  }
})
