import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineFailure } from '../../../src/local/engine/failure.ts'
import { createListing } from '../../../src/local/listing/listing.ts'
import type { Survey } from '../../../src/local/listing/survey.ts'

/** A listing whose surveys are numbered and finish when the test says so. */
function world({ watched = true, failure }: { watched?: boolean; failure?: EngineFailure } = {}) {
  const state = { at: 0, watched, taken: 0 }
  const waiting: (() => void)[] = []
  const listing = createListing({
    survey: async () => {
      state.taken += 1
      const path = String(state.taken)
      await new Promise<void>((resolve) => waiting.push(resolve))
      return survey(path, failure)
    },
    watched: () => state.watched,
    now: () => state.at
  })
  const finish = async () => {
    // Whoever queued up behind the one before begins in a later turn.
    await new Promise((resolve) => setImmediate(resolve))
    waiting.shift()?.()
  }
  const ask = async () => (await listing.current()).list.path
  const take = async () => {
    const asked = ask()
    await finish()
    return asked
  }
  return { state, listing, ask, take, finish }
}

function survey(path: string, engine?: EngineFailure): Survey {
  const list = { deployments: [], path }
  const nothing = { disk: { folders: [], others: [] }, containers: [], folders: new Map(), members: new Map() }
  return { list, ...nothing, takenAt: 0, ...(engine ? { engine } : {}) }
}

test('callers at the same time share one survey', async () => {
  const { ask, finish, state } = world()
  const asked = Promise.all([ask(), ask(), ask()])
  await finish()

  assert.deepEqual(await asked, ['1', '1', '1'])
  assert.equal(state.taken, 1)
})

test('a survey is good until something changes', async () => {
  const { listing, ask, take, state } = world()
  await take()
  state.at = 29_999
  assert.equal(await ask(), '1')
  listing.invalidate()
  assert.equal(await take(), '2')
})

test('every 30 seconds it is taken again, whatever was noticed', async () => {
  const { take, state } = world()
  await take()
  state.at = 30_000
  assert.equal(await take(), '2')
})

test('where changes cannot be noticed, it is good for a second', async () => {
  const { ask, take, state } = world({ watched: false })
  await take()
  state.at = 999
  assert.equal(await ask(), '1')
  state.at = 1_000
  assert.equal(await take(), '2')
})

test('an engine that hangs is not asked by each caller', async () => {
  const { ask, take, state } = world({ watched: false, failure: new EngineFailure('timeout', 'late') })
  await take()
  state.at = 4_999
  assert.equal(await ask(), '1')
  state.at = 5_000
  assert.equal(await take(), '2')
})

test('who asks after a change never gets what was seen before it', async () => {
  const { listing, ask, finish, state } = world()
  const before = ask()
  listing.invalidate()
  const after = Promise.all([ask(), ask()])
  listing.invalidate()
  const later = ask()
  await finish()
  await finish()

  assert.equal(await before, '1')
  assert.deepEqual(await after, ['2', '2'])
  assert.equal(await later, '2')
  assert.equal(state.taken, 2)
})

test('a caller that leaves does not take the survey from the others', async () => {
  const { listing, ask, finish } = world()
  const leaving = new AbortController()
  const left = listing.current(leaving.signal)
  const staying = ask()
  leaving.abort(new Error('left'))

  await assert.rejects(left, { message: 'left' })
  await finish()
  assert.equal(await staying, '1')
})

test('a survey that fails is no survey', async () => {
  let fail = true
  const listing = createListing({
    survey: async () => {
      if (fail) throw new Error('broken')
      return survey('fine')
    },
    watched: () => true,
    now: () => 0
  })
  await assert.rejects(listing.current(), { message: 'broken' })
  fail = false
  assert.equal((await listing.current()).list.path, 'fine')
})
