import assert from 'node:assert/strict'
import { test } from 'node:test'
import { viewOf } from '../../../src/cluster/peers/peer-view.ts'
import type { FailureClass, PeerHealth, ProbeAnswer, Verdict } from '../../../src/schemas/health.ts'
import type { Member } from '../../../src/schemas/peer.ts'
import { bad, good } from '../world.ts'

const AT = '2026-11-28T08:00:00.000Z'
const MEMBER: Member = {
  ...{ id: 'id', number: 1, name: 'web', url: 'http://192.0.2.1', state: 'active', joinedAt: AT },
  credential: { sealed: '', since: AT },
  ...{ keyDigest: { current: '' }, grants: [], features: [], transport: 'tls', pins: [] }
}

/** What the last probes met, the oldest first; then the words that tell why it is as it is. */
const WHY: [Verdict, ('ok' | FailureClass)[], string | undefined][] = [
  ['online', ['timeout', 'ok'], undefined],
  ['offline', ['timeout', 'timeout'], 'timeout'],
  ['offline', ['timeout', 'ok'], 'timeout'],
  ['rejected', ['timeout', 'key_refused'], 'key_refused'],
  ['unknown', [], 'Not asked yet'],
  ['unknown', ['timeout'], 'timeout'],
  ['pending', ['timeout', 'ok'], undefined],
  ['pending', ['key_refused'], 'key_refused'],
  ['removed', ['timeout', 'ok'], 'It removed this server from its cluster'],
  ['quarantined', ['timeout', 'ok'], 'Watching it failed too often here; check it to try again']
]
for (const [verdict, met, why] of WHY) {
  test(`a peer that is ${verdict} after ${met.join(', ') || 'nothing'} says why: ${why ?? 'nothing is wrong'}`, () => {
    const evidence: ProbeAnswer[] = met.map((one) => (one === 'ok' ? good() : bad(one)))
    const health: PeerHealth = {
      ...{ id: 'id', name: 'web', url: MEMBER.url, verdict, since: 0, failures: 0, flapping: false, restarts: 0 },
      ...{ features: [], evidence }
    }
    assert.equal(viewOf(MEMBER, health).error, why)
  })
}
