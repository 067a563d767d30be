import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKept } from '../../../src/local/disk/kept.ts'

function world() {
  const state = { at: 0, watched: true, reads: 0 }
  const waiting: (() => void)[] = []
  let hold = false
  const kept = createKept({
    read: async () => {
      state.reads += 1
      const value = state.reads
      if (hold) await new Promise<void>((resolve) => waiting.push(resolve))
      return value
    },
    watched: () => state.watched,
    now: () => state.at
  })
  return { ...kept, state, holdReads: () => (hold = true), finish: () => waiting.shift()?.() }
}

test('what was read is kept until it changes, or is half a minute old', async () => {
  const { get, changed, state } = world()
  assert.equal(await get(), 1)
  state.at = 29_999
  assert.equal(await get(), 1)
  changed()
  assert.equal(await get(), 2)
  state.at += 30_000
  assert.equal(await get(), 3)
})

test('where nobody watches nothing is kept', async () => {
  const { get, state } = world()
  state.watched = false
  assert.deepEqual([await get(), await get()], [1, 2])
})

test('what changes while it is read is read again', async () => {
  const { get, changed, holdReads, finish } = world()
  holdReads()
  const first = get()
  changed()
  finish()
  await first
  const second = get()
  finish()
  assert.equal(await second, 2)
})

test('of what changes in known places only those are read', async () => {
  const asked: (string[] | undefined)[] = []
  const kept = createKept({
    read: async (places) => asked.push(places && [...places]),
    watched: () => true,
    now: () => 0
  })
  await kept.get()
  kept.changed('/a')
  kept.changed('/b')
  await kept.get()
  await kept.get()
  kept.changed('/a')
  kept.changed()
  await kept.get()
  assert.deepEqual(asked, [undefined, ['/a', '/b'], undefined])
})
