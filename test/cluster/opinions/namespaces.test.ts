import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type TestContext, test } from 'node:test'
import { lineOf } from '../../../src/cluster/handover/who-sends.ts'
import type { AlertMessage } from '../../../src/schemas/alerts/alert.ts'
import type { PeerView } from '../../../src/schemas/peer.ts'
import { joinAll } from '../introductions/world.ts'
import { layWire, OUTSIDE, type Server, startServer, whyNot } from './namespaces.ts'

const SERVERS = 10
/** What this machine may have of its own. */
const OFF = { enabled: false }
const QUIET = { disk: OFF, memory: OFF, load: OFF }
/** Real time: four failures and the questions between them, on a machine that does much else. */
const LONGEST_MS = 600_000

/** The people who are told, on the wire that all servers share. */
async function startPeople(t: TestContext) {
  const messages: AlertMessage[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    messages.push(JSON.parse(body))
    response.end()
  }).listen(8_099, OUTSIDE)
  await once(server, 'listening')
  t.after(() => server.close())
  return { messages, target: { type: 'webhook', url: `http://${OUTSIDE}:8099/hook` } }
}

async function until<T>(look: () => Promise<T | undefined | false> | T | undefined | false, what: string): Promise<T> {
  const end = performance.now() + LONGEST_MS
  for (;;) {
    const seen = await look()
    if (seen) return seen
    if (performance.now() > end) throw new Error(`${what} never happened`)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

const peersOf = async (server: Server): Promise<PeerView[]> =>
  (await server.call('GET', '/api/cluster/peers')).body.peers

/** How one server sees another, once it is offline there. */
const offline = (server: Server, other: Server) =>
  until(
    async () => (await peersOf(server)).find(({ name, state }) => name === other.name && state === 'offline'),
    `${server.name} seeing ${other.name} as offline`
  )

const allOnline = (servers: readonly Server[]) =>
  until(async () => {
    const seen = await Promise.all(servers.map(peersOf))
    return seen.every((peers) => peers.filter(({ state }) => state === 'online').length === servers.length - 1)
  }, 'everybody knowing everybody')

/** What every one of them did with the message that begins so: sent it, or heard that another one has. */
async function fatesOf(servers: readonly Server[], title: RegExp): Promise<string[]> {
  const fates = await Promise.all(
    servers.map(({ name, call }) =>
      until(async () => {
        const { deliveries } = (await call('GET', '/api/alerts')).body
        const one = deliveries.find((delivery: { title: string }) => title.test(delivery.title))
        return one && (one.by === undefined ? 'sent' : 'left')
      }, `${name} being done with ${title}`)
    )
  )
  return fates.toSorted()
}

/** A machine that is busy makes others fall beside it, which are told together. */
const isDown = ({ name }: Server) => new RegExp(`\\b${name}\\b.* down`)

const about = (messages: readonly AlertMessage[], { name }: Server, type: AlertMessage['type']) =>
  messages.filter((one) => one.type === type && one.problems.some(({ server }) => server === name))

test('ten agents in networks of their own: a cut link, a death, a cable, a sender that dies, a split', {
  skip: whyNot(),
  timeout: 25 * 60_000
}, async (t) => {
  layWire(t)
  const { messages, target } = await startPeople(t)
  const all: Server[] = []
  for (let number = 1; number <= SERVERS; number++)
    all.push(await startServer(t, number, { delay: '1s', targets: [target], rules: QUIET }))
  const [a, b, c, dead, cut, ...others] = all
  assert.ok(a && b && c && dead && cut)
  for (const other of all.slice(1)) await joinAll(a, other)
  await allOnline(all)
  const ids = new Map<string, Server>()
  for (const server of all) ids.set((await server.call('GET', '/api/health')).body.node_id, server)
  /** Those that answer. */
  const living = async () => {
    const asked = await Promise.all(
      all.map(async (server) => ((await server.call('GET', '/api/health').catch(() => undefined)) ? [server] : []))
    )
    return asked.flat()
  }
  const idOf = (server: Server) => [...ids].find(([, one]) => one === server)?.[0] ?? ''

  await t.test('a link that is cut in one direction stands in the map, and others reach the server', async () => {
    c.deafen([a])
    const peer = await offline(a, c)
    assert.equal(peer.scope, 'here_only', peer.scope_reason)
    const map = await until(async () => {
      const { body } = await b.call('GET', '/api/cluster/reachability')
      return body.asymmetric.length > 0 && body
    }, 'the map')
    assert.deepEqual(map.asymmetric, [[a.name, c.name]])
    assert.equal(map.islands.length, 1)
    assert.deepEqual(about(messages, c, 'incident.opened'), [])
  })

  await t.test('a killed server is one message in all, and the cut link is still none', async () => {
    dead.signal('SIGKILL')
    const left = all.filter((server) => server !== dead)
    const fates = await fatesOf(left, isDown(dead))
    assert.deepEqual(fates, [...left.slice(1).map(() => 'left'), 'sent'])
    assert.equal(about(messages, dead, 'incident.opened').length, 1)
    assert.deepEqual(about(messages, c, 'incident.opened'), [])
    c.hear([a])
    await until(
      async () => (await peersOf(a)).find(({ name, state }) => name === c.name && state === 'online'),
      'the link'
    )
  })

  await t.test('a server whose cable is out says so of itself, and the others confirm that it is gone', async () => {
    cut.unplug()
    const left = all.filter((server) => server !== dead && server !== cut)
    for (const server of left) assert.equal((await offline(server, cut)).scope, 'confirmed')
    const own = await until(() => {
      const { peers } = cut.askInside('/api/cluster/peers') as { peers: PeerView[] }
      return peers.every(({ state }) => state === 'offline') && peers
    }, 'the server seeing nobody')
    const scopes = own.filter(({ name }) => name !== dead.name).map(({ scope }) => scope)
    assert.deepEqual([...new Set(scopes)], ['cut_off'])
    await fatesOf(left, isDown(cut))
    assert.equal(about(messages, cut, 'incident.opened').length, 1)
    cut.plug()
    await fatesOf(left, new RegExp(`\\b${cut.name}\\b.* back`))
    assert.equal(about(messages, cut, 'incident.closed').length, 1)
  })

  await t.test('when the one whose turn it is dies before it sends, the next one sends', async () => {
    const fallen = others[0]
    assert.ok(fallen)
    const left = all.filter((server) => server !== dead && server !== fallen)
    const [first = ''] = lineOf(left.map(idOf), `open peer|${idOf(fallen)}|`)
    const sender = ids.get(first)
    assert.ok(sender)
    fallen.signal('SIGKILL')
    await offline(sender, fallen)
    // Its message waits ten seconds for more.
    sender.signal('SIGKILL')
    const told = await until(() => about(messages, fallen, 'incident.opened')[0], 'the message')
    assert.notEqual(told.server, sender.name)
    const alive = left.filter((server) => server !== sender)
    await Promise.all(alive.map((server) => offline(server, sender)))
    await until(() => about(messages, sender, 'incident.opened')[0], 'the message of the sender')
  })

  await t.test('of a split cluster each half tells of the other, of each server once', async () => {
    const alive = await living()
    const [one, two] = [alive.slice(0, 3), alive.slice(3)]
    const before = messages.length
    for (const server of one) server.deafen(two)
    for (const server of two) server.deafen(one)
    await Promise.all(one.map((server) => Promise.all(two.map((other) => offline(server, other)))))
    await Promise.all(two.map((server) => Promise.all(one.map((other) => offline(server, other)))))
    for (const [half, other] of [
      [one, two],
      [two, one]
    ] as const) {
      const names = other.map(({ name }) => name).toSorted()
      /** Of whom this half has told, as often as it did. */
      const told = () =>
        messages
          .slice(before)
          .filter(({ server }) => half.some(({ name }) => name === server))
          .flatMap(({ problems }) => problems.map(({ server }) => server))
          .filter((name) => names.includes(name))
          .toSorted()
      await until(() => told().length >= names.length, 'a half telling of the other one')
      assert.deepEqual(told(), names)
    }
  })
})
