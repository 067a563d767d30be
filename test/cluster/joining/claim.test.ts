import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Claim, placeOf } from '../../../src/cluster/joining/claim.ts'
import type { Member } from '../../../src/schemas/peer.ts'

const SELF = { name: 'here', nodeId: 'node-m' }
const BEGAN = '2026-11-23T08:00:00.000Z'
const LATER = '2026-11-23T08:00:01.000Z'
const EARLIER = '2026-11-23T07:00:00.000Z'

function member(facts: Partial<Member> = {}): Member {
  const at = EARLIER
  return {
    ...{ id: 'm1', number: 1, name: 'web', url: 'http://10.0.0.2:8090', state: 'active', joinedAt: at, lastSeenAt: at },
    ...{ credential: { sealed: 's', since: at }, keyDigest: { current: 'd' }, grants: [], features: [], pins: [] },
    ...{ transport: 'signed', nodeId: 'node-w', ...facts }
  }
}

const NEWCOMER: Claim = { name: 'new', nodeId: 'node-n', url: 'http://10.0.0.9:8090' }
const AS_WEB: Claim = { ...NEWCOMER, name: 'web', nodeId: 'node-w' }
const crossing = (facts: Partial<Member> = {}) =>
  member({ state: 'pending', invite: 'i', exchangeId: 'e', credential: { sealed: 's', since: LATER }, ...facts })
const ownJoin = (theirs?: string[]) => ({ startedAt: BEGAN, theirs })

/** Who claims what, beside which member; and what becomes of it. */
const TABLE: readonly (readonly [what: string, claim: Claim, known: Member | undefined, kind: string])[] = [
  ['the first one', NEWCOMER, undefined, 'new'],
  ['another one', NEWCOMER, member(), 'new'],
  ['an active one’s name', { ...NEWCOMER, name: 'web' }, member(), 'name_taken'],
  ['its name in capitals', { ...NEWCOMER, name: 'WEB' }, member(), 'name_taken'],
  ['its name and node id', AS_WEB, member(), 'name_taken'],
  ['its name, node id and address', { ...AS_WEB, url: member().url }, member(), 'name_taken'],
  ['its name, by a server that tells no node id', { name: 'web', url: NEWCOMER.url }, member(), 'name_taken'],
  ['its name, where neither tells one', { name: 'web', url: NEWCOMER.url }, memberWithout('nodeId'), 'name_taken'],
  ['its node id alone', { ...NEWCOMER, nodeId: 'node-w' }, member(), 'new'],
  ['its address alone', { ...NEWCOMER, url: member().url }, member(), 'address_taken'],
  [
    'an address where its holder never answered',
    { ...NEWCOMER, url: member().url },
    memberWithout('lastSeenAt'),
    'new'
  ],
  ['the address of one that left', { ...NEWCOMER, url: member().url }, member({ state: 'removed' }), 'new'],
  ['our name', { ...NEWCOMER, name: 'Here' }, undefined, 'name_taken'],
  ['our node id', { ...NEWCOMER, nodeId: 'node-m' }, undefined, 'own_node'],
  ['a name that is not the expected one', { ...NEWCOMER, expected: 'harmless' }, undefined, 'other_name'],
  ['the expected name in capitals', { ...NEWCOMER, expected: 'NEW' }, undefined, 'new'],
  ['an active one’s name, expected', { ...AS_WEB, expected: 'web' }, member(), 'name_taken'],
  ['a pending one’s name and node id', AS_WEB, member({ state: 'pending', invite: 'i' }), 'name_taken'],

  ['a place that was given away', { ...NEWCOMER, name: 'Web', replaces: 'web' }, member(), 'over'],
  ['that of a pending one', { ...NEWCOMER, name: 'web', replaces: 'web' }, member({ state: 'pending' }), 'over'],
  ['another place than the one that was given away', { ...NEWCOMER, replaces: 'web' }, member(), 'other_name'],
  ['a place whose holder has gone', { ...NEWCOMER, name: 'web', replaces: 'web' }, undefined, 'new'],

  ['its own place after it left', AS_WEB, member({ state: 'removed' }), 'over'],
  ['a place of one that left', { ...NEWCOMER, name: 'web' }, member({ state: 'removed' }), 'name_taken'],
  ['the same without node ids', { name: 'web', url: NEWCOMER.url }, memberWithout('nodeId', 'removed'), 'name_taken'],

  ['a crossed join, ours counts', { ...AS_WEB, ownJoin: ownJoin(['e']) }, crossing(), 'over'],
  ['the same, told by an older version', { ...AS_WEB, ownJoin: ownJoin() }, crossing(), 'over'],
  [
    'the same, but ours was confirmed',
    { ...AS_WEB, ownJoin: ownJoin(['e']) },
    crossing({ state: 'active' }),
    'name_taken'
  ],
  ['a join that says it crossed and cannot name it', { ...AS_WEB, ownJoin: ownJoin(['x']) }, crossing(), 'name_taken'],
  ['one that names none', { ...AS_WEB, ownJoin: ownJoin([]) }, crossing(), 'name_taken'],
  ['one of another node id', { ...AS_WEB, nodeId: 'x', ownJoin: ownJoin(['e']) }, crossing(), 'name_taken'],
  [
    'one from before ours, told by an older version',
    { ...AS_WEB, ownJoin: ownJoin() },
    crossing({ credential: { sealed: 's', since: EARLIER } }),
    'name_taken'
  ],
  [
    'a peer that came by its own invite, not ours',
    { ...AS_WEB, ownJoin: ownJoin(['e']) },
    crossingWithout('invite'),
    'name_taken'
  ],
  [
    'a crossed join, theirs counts',
    { ...AS_WEB, nodeId: 'node-a', ownJoin: ownJoin(['e']) },
    crossing({ nodeId: 'node-a' }),
    'kept'
  ],
  [
    'the same, confirmed already',
    { ...AS_WEB, nodeId: 'node-a', ownJoin: ownJoin(['e']) },
    crossing({ nodeId: 'node-a', state: 'active' }),
    'kept'
  ]
]

for (const [what, claim, known, kind] of TABLE)
  test(`who claims ${what} gets: ${kind}`, () => {
    assert.equal(placeOf(claim, { self: SELF, members: known ? [known] : [] }).kind, kind)
  })

test('a node id that a member has given already is told, and keeps nobody out', () => {
  const place = placeOf({ ...NEWCOMER, nodeId: 'node-w' }, { self: SELF, members: [member()] })
  assert.equal(place.kind === 'new' && place.twin?.name, 'web')
})

test('whatever a server says of itself, an active member is only written over where its name was given away', () => {
  const pick = fc.constantFrom
  const members = fc.array(
    fc.record({
      name: pick('web', 'WEB', 'db', 'here'),
      nodeId: pick('node-w', 'node-a', 'node-m', undefined),
      url: pick('http://a', 'http://b'),
      state: pick('active' as const, 'pending' as const, 'removed' as const),
      invite: pick('i', undefined),
      exchangeId: pick('e', 'f', undefined),
      lastSeenAt: pick(EARLIER, undefined),
      since: pick(EARLIER, LATER)
    }),
    { maxLength: 4 }
  )
  const claims = fc.record(
    {
      name: pick('web', 'Web', 'db', 'Here', 'new'),
      url: pick('http://a', 'http://b'),
      nodeId: pick('node-w', 'node-a', 'node-m'),
      expected: pick('web', 'new'),
      replaces: pick('web', 'db'),
      ownJoin: fc.record({ startedAt: fc.constant(BEGAN), theirs: pick(undefined, [], ['e'], ['e', 'f']) })
    },
    { requiredKeys: ['name', 'url'] }
  )
  fc.assert(
    fc.property(claims, members, (claim, facts) => {
      const known = facts.map(({ since, ...rest }, at) =>
        // biome-ignore lint/suspicious/noExplicitAny: absent and undefined are the same to the rule
        member({ id: `m${at}`, credential: { sealed: 's', since }, ...(rest as any) })
      )
      const place = placeOf(claim, { self: SELF, members: known })
      if (place.kind !== 'over') return
      const { state, name, exchangeId, invite, nodeId, url } = place.member
      assert.equal(name.toLowerCase(), claim.name.toLowerCase())
      if (claim.replaces !== undefined) return assert.equal(claim.replaces.toLowerCase(), name.toLowerCase())
      // Plain FlatRun, asked by our own operator where that member is: there is nothing else to know it by.
      if (claim.ownJoin && claim.nodeId === undefined && nodeId === undefined && url === claim.url) return
      assert.notEqual(state, 'active')
      if (state !== 'pending') return
      assert.ok(claim.ownJoin && invite !== undefined)
      assert.ok(claim.ownJoin.theirs === undefined || claim.ownJoin.theirs.some((id) => id === exchangeId))
    }),
    { numRuns: 5_000 }
  )
})

function memberWithout(key: 'nodeId' | 'lastSeenAt', state: Member['state'] = 'active'): Member {
  const { [key]: _, ...rest } = member({ state })
  return rest
}

function crossingWithout(key: 'invite'): Member {
  const { [key]: _, ...rest } = crossing()
  return rest
}
