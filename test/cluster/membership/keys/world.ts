import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { createEventLog } from '../../../../src/cluster/events/event-log.ts'
import { createRotation } from '../../../../src/cluster/membership/keys/key-rotation.ts'
import { keptOf } from '../../../../src/cluster/membership/keys/signing-keys.ts'
import { DEFAULT_DEADLINES } from '../../../../src/remote/deadlines.ts'
import type { RotateRequest } from '../../../../src/schemas/joining/joining.ts'
import { digest, randomToken } from '../../../../src/security/tokens.ts'
import { credentialContext } from '../../../../src/store/contexts.ts'
import { openStore } from '../../../../src/store/store.ts'
import { temporaryFolder } from '../../../daemon.ts'

export const DAY_MS = 24 * 3_600_000
export const PEER = '7fff0000-0000-4000-8000-000000000000'
export const BY_ITSELF = { mutual: false, atOnce: false }
const START = Date.parse('2026-01-01T00:00:00Z')

/** Two stores that know each other, and a wire between them that can lose answers. Time is a number. */
export async function createPair(t: TestContext) {
  let now = START
  let lose: 'nothing' | 'answers' = 'nothing'
  let refuseNew = false
  let older = false
  let forge: ((publicKey: string) => Promise<unknown>) | undefined
  let answerOf: { status: number; text: string; own?: true; afterAll?: boolean } | undefined
  const keys = { a: randomToken(), b: randomToken() }
  const a = await openStore({ folder: temporaryFolder(t), secrets: ['a'.repeat(40)] })
  const folderOfB = temporaryFolder(t)
  const b = await openStore({ folder: folderOfB, secrets: ['b'.repeat(40)] })
  t.after(() => [a, b].map((store) => store.close()))
  // A presents keys.a to B, and B presents keys.b to A.
  for (const [store, presents, expects] of [
    [a, keys.a, keys.b],
    [b, keys.b, keys.a]
  ] as const) {
    const kept = keptOf(store.vault, PEER, expects)
    await store.members.put({
      ...{
        id: PEER,
        number: 1,
        name: 'node-x',
        url: 'http://10.0.0.1',
        state: 'active',
        joinedAt: new Date(START).toISOString()
      },
      credential: {
        sealed: store.vault.seal(presents, credentialContext(PEER)),
        since: new Date(START).toISOString()
      },
      ...{
        keyDigest: { current: kept.digest },
        signing: kept.signing,
        grants: [],
        features: ['rotate'],
        transport: 'signed',
        pins: []
      }
    })
  }
  const presentedBy = (store: typeof a) =>
    store.vault.open(store.members.get(PEER)?.credential.sealed ?? '', credentialContext(PEER))
  const common = {
    events: createEventLog(),
    now: () => now,
    monotonic: () => now,
    onFault: (error: unknown) => assert.fail(String(error))
  }

  const ofB = createRotation({
    ...common,
    store: b,
    remote: { deadlines: DEFAULT_DEADLINES, request: () => assert.fail('B asks nothing here') }
  })
  const ofA = createRotation({
    ...common,
    store: a,
    everyMs: 90 * DAY_MS,
    remote: {
      deadlines: DEFAULT_DEADLINES,
      async request(_, { path, body }) {
        const used = digest(presentedBy(a))
        const known = b.members.byKeyDigest(used) !== undefined && !(refuseNew && used !== digest(keys.a))
        if (path === '/api/cluster/status' && answerOf) {
          if (answerOf.afterAll) await ofB.promote(PEER, used)
          return { ...answerOf, headers: {} }
        }
        if (!known) return { status: 401, headers: {}, text: '{"error":"Invalid or expired token"}' }
        await ofB.promote(PEER, used)
        if (path === '/api/cluster/status') return { status: 200, headers: {}, text: '{}' }
        const asked = body as RotateRequest
        const { key, mutual } = asked
        const issued = await ofB.issue(
          { id: PEER, keyDigest: used },
          older ? { key, ...(mutual && { mutual }) } : asked
        )
        if (forge) return { status: 200, headers: {}, text: JSON.stringify(await forge(key)) }
        if (lose === 'answers') throw new Error('the answer was lost')
        return { status: 200, headers: {}, text: JSON.stringify(issued) }
      }
    }
  })
  return {
    a,
    b,
    folderOfB,
    ofA,
    ofB,
    keys,
    presents: () => presentedBy(a),
    accepted: (key: string) => b.members.byKeyDigest(digest(key)) !== undefined,
    pass: (ms: number) => {
      now += ms
    },
    loseAnswers: (yes: boolean) => {
      lose = yes ? 'answers' : 'nothing'
    },
    answerStatusWith: (answer: typeof answerOf) => {
      answerOf = answer
    },
    refuseNew: (yes: boolean) => {
      refuseNew = yes
    },
    /** B answers as the last version did. */
    makeOlder: (yes: boolean) => {
      older = yes
    },
    /** Somebody in between puts another answer in the place of B's. */
    forge: (how: typeof forge) => {
      forge = how
    }
  }
}
