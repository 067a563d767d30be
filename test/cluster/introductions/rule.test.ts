import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inCommon, inheritedPolicy, policyOf } from '../../../src/cluster/introductions/policy.ts'
import { decide, isRemoved, type Known, MOST_IN_ALL, MOST_OF_ONE } from '../../../src/cluster/introductions/rule.ts'
import { DEFAULT_GRANTS } from '../../../src/schemas/grant.ts'
import type { Card } from '../../../src/schemas/joining/card.ts'
import type { Introduction } from '../../../src/schemas/joining/introduction.ts'
import type { IntroductionPolicy } from '../../../src/schemas/names.ts'

const AT = '2026-01-01T00:00:00.000Z'
const LATER = '2026-02-01T00:00:00.000Z'
const card = (facts: Partial<Card> = {}): Card => ({
  ...{ node_id: 'node-c', name: 'c', urls: ['https://c.test'], identity: 'identity-c', pins: [], features: [] },
  ...{ reach: 'direct', tags: [], seq: 1, ...facts }
})
const record = (facts: Partial<Introduction> = {}): Introduction => ({
  ...{ id: 'pair', card: card(), by: { id: 'a', name: 'a' }, state: 'accepted', grants: [], attempts: 0 },
  ...{ since: AT, openedAt: AT, ...facts }
})
const member = (facts: Partial<Known['members'][number]> = {}): Known['members'][number] => ({
  ...{ id: 'm', name: 'c', nodeId: 'node-c', card: card(), state: 'active', ...facts }
})
const departure = { id: 'gone', name: 'c', removedAt: LATER, removedBy: 'operator' }
const known = (facts: Partial<Known> = {}): Known => ({
  self: { nodeId: 'node-b', name: 'b', identity: 'identity-b' },
  ...{ members: [], departures: [], introductions: [], ...facts }
})

/** What a policy makes of a state; `any`: the policy does not matter. */
const TABLE: [what: string, Known, Card, Partial<Record<IntroductionPolicy | 'any', string>>][] = [
  [
    'nobody knows it',
    known(),
    card(),
    { accept: 'open accepted', ask: 'open offered', never: 'refused introductions_off' }
  ],
  ['it is this server', known(), card({ node_id: 'node-b', identity: 'identity-b' }), { any: 'known' }],
  ['it has this server’s node id', known(), card({ node_id: 'node-b' }), { any: 'conflict identity_conflict' }],
  ['it has this server’s identity', known(), card({ identity: 'identity-b' }), { any: 'conflict identity_conflict' }],
  ['it has this server’s name', known(), card({ name: 'B' }), { any: 'conflict name_conflict' }],
  ['a member', known({ members: [member()] }), card(), { any: 'known' }],
  ['a member under a new name', known({ members: [member()] }), card({ name: 'c2' }), { any: 'known' }],
  ['a member that never showed a card', known({ members: [member({ card: undefined })] }), card(), { any: 'known' }],
  [
    'a member’s node id, another identity',
    known({ members: [member()] }),
    card({ identity: 'other' }),
    { any: 'conflict identity_conflict' }
  ],
  [
    'a member’s identity, another node id',
    known({ members: [member()] }),
    card({ node_id: 'other' }),
    { any: 'conflict identity_conflict' }
  ],
  [
    'a member’s name, another server',
    known({ members: [member()] }),
    card({ node_id: 'x', identity: 'x' }),
    { any: 'conflict name_conflict' }
  ],
  [
    'it removed this server',
    known({ members: [member({ state: 'removed', name: 'gone' })] }),
    card(),
    { accept: 'open accepted', ask: 'open offered' }
  ],
  [
    'another identity with the node id of one that removed this server',
    known({ members: [member({ state: 'removed', name: 'gone' })] }),
    card({ identity: 'other' }),
    { any: 'conflict identity_conflict' }
  ],
  [
    'removed here, by node id',
    known({ departures: [{ ...departure, nodeId: 'node-c' }] }),
    card({ identity: 'new' }),
    { any: 'refused removed_here' }
  ],
  [
    'removed here, by identity',
    known({ departures: [{ ...departure, identity: 'identity-c' }] }),
    card({ node_id: 'new' }),
    { any: 'refused removed_here' }
  ],
  [
    'removed here and joined anew',
    known({ departures: [{ ...departure, nodeId: 'node-c' }], members: [member()] }),
    card(),
    { any: 'known' }
  ],
  [
    'offered already',
    known({ introductions: [record({ state: 'offered' })] }),
    card(),
    { ask: 'same offered', never: 'same offered', accept: 'open accepted' }
  ],
  ['accepted already', known({ introductions: [record()] }), card(), { any: 'same accepted' }],
  ['tried already', known({ introductions: [record({ state: 'waiting' })] }), card(), { any: 'same waiting' }],
  [
    'refused by an operator',
    known({ introductions: [record({ state: 'refused', code: 'removed_here' })] }),
    card(),
    { any: 'same refused' }
  ],
  [
    'given up',
    known({ introductions: [record({ state: 'unreachable' })] }),
    card(),
    { accept: 'open accepted', ask: 'open offered' }
  ],
  [
    'expired',
    known({ introductions: [record({ state: 'expired' })] }),
    card(),
    { accept: 'open accepted', ask: 'open offered' }
  ],
  [
    'introduced as another',
    known({ introductions: [record({ card: card({ identity: 'other' }) })] }),
    card(),
    { any: 'conflict identity_conflict' }
  ],
  [
    'its name is promised',
    known({ introductions: [record({ card: card({ node_id: 'x', identity: 'x' }) })] }),
    card(),
    { any: 'conflict name_conflict' }
  ],
  [
    'its name was refused',
    known({ introductions: [record({ state: 'refused', card: card({ node_id: 'x', identity: 'x' }) })] }),
    card(),
    { accept: 'open accepted' }
  ]
]

test('what is done with who is introduced, by policy and by what is known', () => {
  for (const [what, facts, said, wanted] of TABLE)
    for (const policy of ['accept', 'ask', 'never'] as const) {
      const expected = wanted[policy] ?? wanted.any
      if (expected === undefined) continue
      const decision = decide({ card: said, by: { id: 'a' }, policy }, facts)
      const detail =
        decision.kind === 'open'
          ? decision.state
          : decision.kind === 'same'
            ? decision.record.state
            : 'code' in decision
              ? decision.code
              : ''
      assert.equal(`${decision.kind} ${detail}`.trim(), expected, `${what}, ${policy}`)
    }
})

test('one introducer has 250 open at a time, all together a thousand; what is decided does not count', () => {
  const many = (count: number, facts: Partial<Introduction> = {}) =>
    Array.from({ length: count }, (_, at) =>
      record({ id: `${at}`, card: card({ node_id: `${at}`, identity: `${at}`, name: `n${at}` }), ...facts })
    )
  const next = (introductions: Introduction[], by = 'a') =>
    decide({ card: card(), by: { id: by }, policy: 'accept' }, known({ introductions })).kind
  assert.equal(next(many(MOST_OF_ONE - 1)), 'open')
  assert.equal(next(many(MOST_OF_ONE)), 'refused')
  assert.equal(next(many(MOST_OF_ONE), 'somebody else'), 'open')
  assert.equal(next(many(MOST_IN_ALL), 'somebody else'), 'refused')
  assert.equal(next(many(MOST_IN_ALL, { state: 'refused' })), 'open')
})

test('only an operator’s word that is younger than the removal lifts it', () => {
  const gone = [{ ...departure, identity: 'identity-c' }]
  const [before, after] = [isRemoved(card(), gone, AT), isRemoved(card(), gone, '2026-02-02T00:00:00.000Z')]
  assert.deepEqual([isRemoved(card(), gone), before, after], [true, true, false])
})

test('who is introduced gets no right that its introducer has not, and no wider one', () => {
  const grants = (...capabilities: string[]) => capabilities.map((capability) => ({ capability }))
  const cases: [unknown, ReturnType<typeof inCommon>][] = [
    [[], inCommon(DEFAULT_GRANTS, [])],
    [grants('deployments.read'), inCommon(DEFAULT_GRANTS, grants('deployments.read', 'routing.manage'))],
    [
      [{ capability: 'deployments.run', deployments: ['shop'] }],
      inCommon(DEFAULT_GRANTS, [{ capability: 'deployments.run', deployments: ['shop'] }])
    ],
    [
      [],
      inCommon(
        [{ capability: 'deployments.run', deployments: ['blog'] }],
        [{ capability: 'deployments.run', deployments: ['shop'] }]
      )
    ],
    [
      [{ capability: 'capacity.offer', max_cpu: 1 }],
      inCommon([{ capability: 'capacity.offer', max_cpu: 2 }], [{ capability: 'capacity.offer', max_cpu: 1 }])
    ]
  ]
  for (const [expected, found] of cases) assert.deepEqual(found, expected)
})

test('a policy is the peer’s own or the config’s, and is inherited unless the config says never', () => {
  assert.deepEqual(
    [
      policyOf({}, 'ask'),
      policyOf({ introductions: 'accept' }, 'never'),
      inheritedPolicy({ introductions: 'accept' }, 'ask'),
      inheritedPolicy({ introductions: 'accept' }, 'never')
    ],
    ['ask', 'accept', 'accept', undefined]
  )
})
