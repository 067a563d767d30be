import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterCrash, afterMinute, NO_CRASHES, type RestartHistory, restartDelay } from '../../machines/restarts.ts'

const crashed = (times: number): RestartHistory =>
  Array.from({ length: times }).reduce<RestartHistory>((history) => afterCrash(history), NO_CRASHES)

for (const [crashes, quarantined, delayMs] of [
  [1, false, 1_000],
  [2, false, 2_000],
  [3, false, 4_000],
  [4, false, 8_000],
  [5, true, 16_000],
  [6, true, 30_000]
] as const) {
  test(`after crash ${crashes} of a minute an actor ${quarantined ? 'is left alone' : `starts in ${delayMs} ms`}`, () => {
    const history = crashed(crashes)
    assert.deepEqual(history, { crashes, recent: crashes, quarantined })
    assert.equal(restartDelay(history.recent), delayMs)
  })
}

test('a crash of more than a minute ago counts no more, and stays counted', () => {
  const calmer = afterMinute(crashed(4))
  assert.deepEqual(afterCrash(calmer), { crashes: 5, recent: 4, quarantined: false })
  assert.deepEqual(afterMinute(NO_CRASHES), NO_CRASHES)
})
