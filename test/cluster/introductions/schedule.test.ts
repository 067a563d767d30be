import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createExchangeId, isExchangeId, isLater } from '../../../src/cluster/introductions/exchange-id.ts'
import { afterFailure, delayAfter, NEITHER, tidied } from '../../../src/cluster/introductions/schedule.ts'
import type { Introduction } from '../../../src/schemas/joining/introduction.ts'

const START = Date.UTC(2026, 0, 1)
const DAY_MS = 86_400_000
const at = (ms: number) => new Date(START + ms).toISOString()
const silent = { code: 'peer_unreachable', reason: 'nobody answers' }
const record = (facts: Partial<Introduction> = {}): Introduction => ({
  ...{
    id: 'pair',
    by: { id: 'a', name: 'a' },
    state: 'accepted',
    grants: [],
    attempts: 0,
    since: at(0),
    openedAt: at(0)
  },
  card: {
    ...{ node_id: 'c', name: 'c', urls: ['https://c.test'], identity: 'c', pins: [], features: [] },
    ...{ reach: 'direct', tags: [], seq: 1 }
  },
  ...facts
})
const introducer = { id: 'a', state: 'active' as const }

test('who does not answer is tried after 10 s, then less often, each 10 min, and given up after seven days', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 100].map((attempts) => delayAfter(attempts, silent.code) / 1_000)
  assert.deepEqual(waits, [10, 20, 40, 80, 160, 320, 600, 600, 600])

  let now = START
  let tried = record()
  while (tried.state !== 'unreachable') {
    tried = afterFailure(tried, silent, now)
    now = tried.nextAt ? Date.parse(tried.nextAt) : now
  }
  assert.ok(now >= START + 7 * DAY_MS && now < START + 7 * DAY_MS + 600_000, new Date(now).toISOString())
  assert.ok(tried.attempts > 1_000 && tried.nextAt === undefined)
  assert.equal(tried.reason, 'nobody answers')
})

test('one that is not told yet is tried again within moments, one that refuses only each ten minutes, and both are no end', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((attempts) => delayAfter(attempts, 'introduction_unknown')),
    [500, 1_000, 2_000, 4_000, 10_000]
  )
  const refused = afterFailure(record(), { code: 'removed_here', reason: 'it refuses' }, START)
  assert.deepEqual([refused.state, refused.nextAt], ['waiting', at(600_000)])
  assert.equal(
    afterFailure(refused, { code: 'removed_here', reason: 'it refuses' }, START + 7 * DAY_MS).state,
    'refused'
  )
})

test('two of which neither can be dialled are tried three times, and are unreachable', () => {
  const neither = { code: NEITHER, reason: 'the two cannot dial each other' }
  const states = []
  let tried = record()
  for (let time = 0; time < 3; time++) {
    tried = afterFailure(tried, neither, START + time * 60_000)
    states.push(tried.state)
  }
  assert.deepEqual(states, ['waiting', 'waiting', 'unreachable'])
  assert.deepEqual([tried.reason, tried.nextAt], [neither.reason, undefined])
})

test('time and members end a record: joined, its introducer gone, nobody decided, shown long enough', () => {
  const around = (now: number, members = [introducer]) => ({ members, now: START + now })
  const kept = (one: Introduction, now = 0, members = [introducer]) => tidied(one, around(now, members))?.state
  assert.equal(kept(record()), 'accepted')
  assert.equal(
    tidied(record(), { members: [introducer, { id: 'm', state: 'active', card: record().card }], now: START }),
    undefined
  )
  assert.equal(kept(record(), 0, []), undefined)
  assert.equal(
    kept(record({ allowedAt: at(0) }), 0, []),
    'accepted',
    'an operator’s word does not go with the introducer'
  )
  assert.equal(kept(record({ state: 'offered' }), 31 * DAY_MS), 'expired')
  assert.equal(kept(record({ state: 'refused' }), 29 * DAY_MS), 'refused')
  assert.equal(kept(record({ state: 'refused' }), 31 * DAY_MS), undefined)
})

test('of two exchanges of a pair the later one counts, whatever the clocks do', () => {
  const first = createExchangeId(undefined, START)
  const second = createExchangeId(first, START - 5_000)
  assert.ok(isExchangeId(first) && isLater(second, first) && !isLater(first, second) && !isLater(first, first))
  assert.ok(isLater(first, undefined) && isLater(first, crypto.randomUUID()), 'a join by an invite counts least')
})
