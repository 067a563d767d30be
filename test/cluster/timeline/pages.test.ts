import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createAsking } from '../../../src/cluster/timeline/asking.ts'
import { readCursor } from '../../../src/cluster/timeline/position.ts'
import { createTimeline, type Timelines } from '../../../src/cluster/timeline/timeline.ts'
import { isAbout } from '../../../src/cluster/timeline/window.ts'
import type { ClusterEvent } from '../../../src/schemas/event.ts'
import type { PeerHealth } from '../../../src/schemas/health.ts'
import type { Timeline } from '../../../src/schemas/timeline/timeline.ts'
import { movedClock } from '../../remote/world.ts'

const BEGIN = Date.parse('2026-11-29T00:00:00Z')
const READER = { events: 'own', acts: 'all', reaches: () => true } as const
const FLEET = { ...READER, events: 'peer', acts: 'some' } as const

interface Seen {
  atMs: number
  about?: string
}

/** Servers that know each other and ask in memory; `ahead` is how far the clock of each is off. */
function cluster(noted: Record<string, Seen[]>, ahead: Record<string, number> = {}) {
  const names = Object.keys(noted)
  const memberOf = (name: string) => ({ id: `id-${name}`, name, nodeId: `node-${name}` }) as never
  const made = new Map(names.map((name) => [name, server(name)]))

  function server(name: string): Timelines {
    const events = (noted[name] ?? [])
      .toSorted((a, b) => a.atMs - b.atMs)
      .map(({ atMs, about }, index): ClusterEvent => {
        const at = new Date(BEGIN + atMs + (ahead[name] ?? 0)).toISOString()
        if (about === undefined) return { id: index + 1, at, type: 'node.started' }
        return { id: index + 1, at, type: 'peer.state', peer: about, from: 'suspect', to: 'offline' }
      })
    const others = names.filter((other) => other !== name)
    return createTimeline({
      self: { name: () => name, nodeId: () => `node-${name}` },
      members: { all: () => others.map(memberOf), get: (id) => memberOf(id.slice(3)) },
      peers: () =>
        others.map((other) => {
          const clockOffsetMs = (ahead[other] ?? 0) - (ahead[name] ?? 0)
          const health = { id: `id-${other}`, name: other, verdict: 'online', features: ['timeline'], clockOffsetMs }
          return health as unknown as PeerHealth
        }),
      events: { since: () => events },
      audit: { list: () => [] },
      aggregate: {
        async askPeer(path, { name: other }, { signal }) {
          signal.throwIfAborted()
          const query = new URL(path, 'http://x').searchParams
          const time = (field: string) => (query.has(field) ? Date.parse(query.get(field) ?? '') : undefined)
          const window = { fromMs: time('from'), toMs: time('to'), limit: Number(query.get('limit')) }
          const before = query.get('before')
          const asked = { ...window, ...(before !== null && { before: readCursor(before) }) }
          return JSON.stringify(made.get(other)?.own(asked, FLEET))
        }
      },
      totalMs: 1_000,
      clock: movedClock().clock
    })
  }

  const ask = (window: object) => {
    const signal = new AbortController().signal
    return made.get('a')?.all({ limit: 1_000, ...window }, READER, { signal }) as Promise<Timeline>
  }
  return {
    ask,
    async pages(limit: number): Promise<Timeline['rows'][]> {
      const pages: Timeline['rows'][] = []
      for (let next: string | undefined; ; ) {
        const page = await ask({ limit, ...(next !== undefined && { before: readCursor(next) }) })
        pages.push(page.rows)
        if (page.next === undefined) return pages
        assert.ok(page.rows.length > 0, 'each page goes on')
        next = page.next
      }
    }
  }
}

const short = ({ at, server, peer, seen_by }: Timeline['rows'][number]) =>
  `${(Date.parse(at) - BEGIN) / 1_000} ${server} ${peer ?? '-'} ${seen_by.join('+')}`

test('what several servers saw is one fact, with all of them', async () => {
  const { ask } = cluster({
    a: [{ atMs: 5_000, about: 'x' }, { atMs: 400_000 }],
    b: [{ atMs: 30_000, about: 'x' }],
    c: [
      { atMs: 300_000, about: 'x' },
      { atMs: 1_000, about: 'y' }
    ]
  })
  const { rows } = await ask({})
  assert.deepEqual(rows.map(short), ['400 a - a', '300 c x c', '30 a x a+b', '1 c y c'])
  assert.equal(rows[2]?.first_at, '2026-11-29T00:00:05.000Z')
})

test('the same server never notes one fact twice', async () => {
  const { ask } = cluster({ a: [10, 70, 130].map((s) => ({ atMs: s * 1_000, about: 'x' })) })
  assert.equal((await ask({})).rows.length, 3)
})

test('a clock that is off is put right, in what is asked and in what is told', async () => {
  const noted = { a: [{ atMs: 10_000, about: 'x' }], b: [{ atMs: 20_000, about: 'x' }, { atMs: 5_000 }] }
  const { ask } = cluster(noted, { b: 3_600_000 })
  const { rows, servers } = await ask({ fromMs: BEGIN, toMs: BEGIN + 60_000 })
  assert.deepEqual(rows.map(short), ['20 a x a+b', '5 b - b'])
  assert.equal(rows[1]?.noted_at, '2026-11-29T01:00:05.000Z')
  assert.equal(servers.b?.clock_offset_s, 3_600)
})

const sight = fc.record({
  atMs: fc.integer({ min: 0, max: 1_200 }).map((s) => s * 1_000),
  about: fc.constantFrom('x', 'y', undefined)
})
const sights = fc.array(
  sight.map(({ about, ...rest }) => (about === undefined ? rest : { ...rest, about })),
  { maxLength: 40 }
)
const alone = sights.map((all) => all.map(({ atMs }) => ({ atMs })))

test('pages together are the whole: nothing twice, nothing lost, and newest first', async () => {
  const property = fc.asyncProperty(alone, alone, alone, fc.integer({ min: 1, max: 9 }), async (a, b, c, limit) => {
    const { ask, pages } = cluster({ a, b, c })
    const whole = await ask({})
    assert.equal(whole.rows.length, a.length + b.length + c.length)
    assert.deepEqual((await pages(limit)).flat(), whole.rows)
  })
  await fc.assert(property, { numRuns: 60 })
})

test('pages of facts that several saw repeat none of them either', async () => {
  const property = fc.asyncProperty(sights, sights, fc.integer({ min: 5, max: 20 }), async (a, b, limit) => {
    const found = (await cluster({ a, b }).pages(limit)).flat()
    const times = found.map(({ at, id }) => `${at} ${id}`)
    assert.equal(new Set(times).size, times.length)
    assert.deepEqual(times, times.toSorted().toReversed())
  })
  await fc.assert(property, { numRuns: 60 })
})

test('a flood of one server in one moment is paged through', async () => {
  const flood = Array.from({ length: 300 }, () => ({ atMs: 1_000 }))
  const all = (await cluster({ a: flood, b: [{ atMs: 2_000 }] }).pages(50)).flat()
  assert.equal(new Set(all.map(({ id }) => id)).size, 301)
})

test('a peer speaks for itself alone, whatever it says', async () => {
  const forged = {
    ...{ id: 'node-a.e7', at: new Date(BEGIN).toISOString(), server: 'a', node_id: 'node-a', seen_by: ['a', 'c'] },
    ...{ type: 'deployment.action', deployment: 'shop', by: 'operator admin on a' },
    act: { what: 'POST /api/deployments/:name/stop', result: 200, times: 1, address: '192.0.2.1' }
  }
  const past = createAsking({
    ask: async () => JSON.stringify({ rows: [forged], servers: {} }),
    member: () => ({ name: 'b', nodeId: 'node-b' }),
    nameOf: () => undefined
  })
  const health = { id: 'id-b', name: 'b', verdict: 'online' } as unknown as PeerHealth
  const { rows } = await past(health, { limit: 10 }, new AbortController().signal)
  const [row] = rows
  assert.deepEqual(
    [row?.server, row?.node_id, row?.seen_by, row?.id, row?.by, row?.act?.address],
    ['b', 'node-b', ['b'], 'node-b.e7', 'operator admin', undefined]
  )
})

test('an answer that is no timeline is that peer’s fault alone', async () => {
  for (const text of [
    '{',
    '[]',
    '{"rows":[{"id":"x"}],"servers":{}}',
    `{"rows":${'['.repeat(100)}${']'.repeat(100)}}`
  ]) {
    const past = createAsking({ ask: async () => text, member: () => undefined, nameOf: () => undefined })
    const health = { id: 'id-b', name: 'b', verdict: 'online' } as unknown as PeerHealth
    const { server, rows } = await past(health, { limit: 10 }, new AbortController().signal)
    assert.deepEqual([server.answered, server.code, rows.length], [false, 'bad_json', 0], text.slice(0, 40))
  }
})

test('what is about one server is told by whoever saw it, page by page, and nothing that it saw of others', async () => {
  const property = fc.asyncProperty(sights, sights, fc.integer({ min: 5, max: 20 }), async (a, b, limit) => {
    const { ask } = cluster({ a, b })
    for (const about of ['x', 'A', 'b']) {
      const found: Timeline['rows'] = []
      for (let next: string | undefined; ; ) {
        const page = await ask({ limit, about, ...(next !== undefined && { before: readCursor(next) }) })
        found.push(...page.rows)
        if (page.next === undefined) break
        next = page.next
      }
      const whole = (await ask({})).rows
      const ids = (rows: Timeline['rows']) => rows.map(({ at, type, peer }) => `${at} ${type} ${peer ?? ''}`)
      assert.deepEqual(new Set(ids(found)), new Set(ids(whole.filter((row) => isAbout(row, about)))))
      for (const { peer, server } of found) assert.equal((peer ?? server).toLowerCase(), about.toLowerCase())
    }
  })
  await fc.assert(property, { numRuns: 40 })
})
