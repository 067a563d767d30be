import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { startLayers } from '../../../src/local/operations/order.ts'

const names = (layers: { name: string }[][]) => layers.map((layer) => layer.map(({ name }) => name))

test('what others need comes first, and what needs the same comes together', () => {
  const layers = startLayers([
    { name: 'web', dependsOn: ['api', 'cache'] },
    { name: 'api', dependsOn: ['db'] },
    { name: 'cache', dependsOn: [] },
    { name: 'db', dependsOn: [] }
  ])
  assert.deepEqual(names(layers), [['cache', 'db'], ['api'], ['web']])
})

test('a dependency that is nowhere is ignored, and a circle comes last', () => {
  const layers = startLayers([
    { name: 'a', dependsOn: ['b'] },
    { name: 'b', dependsOn: ['a'] },
    { name: 'c', dependsOn: ['gone'] }
  ])
  assert.deepEqual(names(layers), [['c'], ['a', 'b']])
})

test('whatever depends on whatever, each service comes once and after what it needs', () => {
  // A service may only depend on those with a smaller number, so there is no circle.
  const graph = fc.array(fc.array(fc.nat(20), { maxLength: 4 }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(graph, (needs) => {
      const services = needs.map((list, index) => ({
        name: `s${index}`,
        dependsOn: list.filter((other) => other < index).map((other) => `s${other}`)
      }))
      const layers = startLayers(services.toReversed())
      const place = new Map(layers.flatMap((layer, index) => layer.map(({ name }) => [name, index] as const)))
      assert.equal(place.size, services.length)
      for (const { name, dependsOn } of services) {
        for (const needed of dependsOn) assert.ok((place.get(needed) ?? 99) < (place.get(name) ?? -1))
      }
    })
  )
})
