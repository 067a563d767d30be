import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { type AnyStateNode, createMachine } from 'xstate'
import { joiningMachine } from '../../machines/joining.ts'
import { peerMachine } from '../../machines/peer/peer.ts'
import { supervisorMachine } from '../../machines/supervisor.ts'
import { definitionOf } from '../../src/dev/charts/definition.ts'
import { drawnFiles } from '../../src/dev/charts/files.ts'
import { readMachine } from '../../src/dev/charts/read.ts'

const root = path.join(import.meta.dirname, '..', '..')
const machines = [joiningMachine, peerMachine, supervisorMachine]

test('every drawing of the machines is the one that the code gives', async () => {
  const files = await drawnFiles(root)
  assert.ok([...machines].every(({ id }) => files.has(`docs/machines/${id}.svg`)))
  for (const [file, text] of files) {
    const committed = readFileSync(path.join(root, file), 'utf8')
    assert.ok(committed === text, `${file} is older than the machines; run npm run draw:machines`)
  }
})

for (const machine of machines) {
  test(`the definition of ${machine.id} makes the same machine again`, () => {
    const again = createMachine(definitionOf(machine))
    assert.deepEqual(readMachine(again), readMachine(machine))
  })

  test(`${machine.id} tells what each of its states means, and nothing in it is without a name`, () => {
    for (const node of nodesOf(machine.root)) {
      assert.ok(node.description, `${node.id} has no description`)
      assert.match(node.description, /\.$/)
      for (const { src } of node.invoke) assert.equal(typeof src, 'string')
      const all = [...[...node.transitions.values()].flat(), ...(node.always ?? [])]
      for (const { guard } of all)
        assert.ok(guard === undefined || isNamed(guard), `${node.id} has a guard without a name`)
      for (const action of [...node.entry, ...node.exit, ...all.flatMap(({ actions }) => actions)]) {
        assert.ok(isNamed(action) || isTimer(action), `${node.id} has an action without a name`)
      }
    }
  })
}

function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)]
}

const isNamed = (action: unknown) => typeof action === 'string' || (typeof action === 'object' && action !== null)

/** XState starts and cancels the timer of an `after` by actions of its own. */
const isTimer = (action: unknown) =>
  typeof action === 'function' && 'type' in action && ['xstate.raise', 'xstate.cancel'].includes(String(action.type))
