import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { createInspector as createTheirs, type StatelyInspectionEvent } from '@statelyai/inspect'
import { createActor, createMachine, sendTo } from 'xstate'
import { createInspector } from '../../src/inspector/inspector.ts'
import { FORMAT_VERSION } from '../../src/inspector/messages.ts'
import type { Message } from './world.ts'

const child = createMachine({
  id: 'child',
  initial: 'one',
  states: { one: { on: { go: 'two' } }, two: { type: 'final' } }
})
const machine = createMachine({
  id: 'parent',
  context: { count: 1 },
  initial: 'calm',
  states: {
    calm: {
      invoke: { id: 'helper', src: child, onDone: 'done' },
      on: { hurry: { actions: sendTo('helper', { type: 'go' }) } }
    },
    done: { type: 'final' }
  }
})

test('messages are what the inspector’s own package writes, in its order', async () => {
  const theirs: Message[] = []
  const ours: Message[] = []
  const packaged = createTheirs({
    send: (event: StatelyInspectionEvent) => theirs.push(JSON.parse(JSON.stringify(event)))
  })
  const actor = createActor(machine, { inspect: packaged.inspect })
  const inspector = createInspector({ roots: () => [actor], onRoot: () => () => {} })
  inspector.watch({ send: (text) => ours.push(JSON.parse(text)), buffered: () => 0 }, { kind: 'all' })
  actor.start()
  actor.send({ type: 'hurry' })
  // The package writes in timers.
  await setTimeout(5)

  const definitions = new Map(
    ours.filter(({ type }) => type === 'definition').map((one) => [one.machine, one.definition])
  )
  const told = ours.filter(({ type }) => type.startsWith('@xstate.'))
  assert.ok(told.length >= 9)
  assert.deepEqual(sequence(told, 'event'), sequence(theirs, 'event'))
  assert.deepEqual(sequence(told, 'snapshot'), sequence(theirs, 'snapshot'))
  assert.deepEqual(actors(told), actors(theirs))
  for (const message of told) {
    const same = theirs.find(({ type, sessionId }) => type === message.type && sessionId === message.sessionId)
    assert.deepEqual(typesOf(message), typesOf(same))
  }
  for (const theirActor of theirs.filter(({ type }) => type === '@xstate.actor')) {
    const { machine } = told.find(
      ({ type, sessionId }) => type === '@xstate.actor' && sessionId === theirActor.sessionId
    )
    assert.deepEqual(
      Object.keys(JSON.parse(definitions.get(machine))).sort(),
      Object.keys(JSON.parse(theirActor.definition)).sort()
    )
  }
})

test('the version of the format is that of the package', () => {
  const file = new URL(import.meta.resolve('@statelyai/inspect')).pathname.replace(/dist\/.*$/, 'package.json')
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).version, FORMAT_VERSION)
})

const sequence = (messages: Message[], kind: string) =>
  messages
    .filter(({ type }) => type === `@xstate.${kind}`)
    .map(({ sessionId, rootId, event, sourceId, snapshot }) => [
      ...[sessionId, rootId, event.type, sourceId],
      ...[snapshot?.status, snapshot?.value, snapshot?.context]
    ])

const actors = (messages: Message[]) =>
  messages
    .filter(({ type }) => type === '@xstate.actor')
    .map(({ sessionId, rootId, parentId, name }) => ({ sessionId, rootId, parentId, name }))
    .sort((a, b) => a.sessionId.localeCompare(b.sessionId))

/** The fields that every message of a kind has, with the types of their values. */
const typesOf = ({ definition, machine, sourceId, parentId, ...rest }: Message) =>
  Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, typeof value]))
