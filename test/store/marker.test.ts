import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { readMarker, writeMarker } from '../../src/store/disk/marker.ts'

const DAY = 24 * 3_600_000
const NOW = Date.UTC(2026, 10, 28)

/** What a marker still knows of these keys once it was written at that time. */
function keptOf(t: TestContext, count: number, wall: number) {
  const folder = mkdtempSync(path.join(tmpdir(), 'marker-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  t.mock.timers.enable({ apis: ['Date'], now: wall })
  const at = new Date(NOW).toISOString()
  const revoked = Array.from({ length: count }, (_, index) => ({ digest: `key-${index}`, at }))
  writeMarker(folder, { node_id: 'node', epoch: 1, revoked })
  return readMarker(folder)?.revoked.map(({ digest }) => digest)
}

test('a write with the clock years ahead forgets no revoked key', (t) => {
  assert.deepEqual(keptOf(t, 3, NOW + 3_000 * DAY), ['key-0', 'key-1', 'key-2'])
})

test('of very many revoked keys the oldest are forgotten after ninety days', (t) => {
  assert.equal(keptOf(t, 5_002, NOW + 89 * DAY)?.length, 5_002)
  t.mock.timers.reset()
  const kept = keptOf(t, 5_002, NOW + 91 * DAY)
  assert.equal(kept?.length, 5_000)
  assert.equal(kept?.[0], 'key-2')
})
