import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createClock } from '../clock.ts'
import { startNode, until } from '../daemon.ts'
import { type FakePeer, startFakePeer } from '../fake-peer.ts'

const PEERS = 200
const MINUTE = 60_000
/** Shorter than any deadline. */
const STEP_MS = 1_000
const OFF = { enabled: false }
/** What this machine may have of its own. */
const QUIET = { disk: OFF, memory: OFF, load: OFF, clock: OFF }

/** Receivers of three kinds, and what each was sent. */
async function startReceivers(t: TestContext) {
  const sent: { kind: string; body: string }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    sent.push({ kind: request.url?.slice(1) ?? '', body })
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    sent,
    of: (kind: string) => sent.filter((one) => one.kind === kind).map(({ body }) => body),
    targets: ['webhook', 'slack', 'ntfy'].map((type) => ({ type, name: type, url: `${at}/${type}` }))
  }
}

/** A real daemon with two hundred peers on a clock that is moved, which waits for what was asked. */
async function startFleet(t: TestContext) {
  const receivers = await startReceivers(t)
  const clock = createClock(Date.now())
  const node = await startNode(t, {
    ...{ name: 'hub', clock },
    config: { 'alerts.targets': receivers.targets, 'alerts.rules': QUIET }
  })
  const fakes: FakePeer[] = []
  let open = 0
  for (let number = 0; number < PEERS; number++) {
    const fake = await startFakePeer({ name: `peer-${String(number).padStart(3, '0')}` })
    t.after(() => fake.close())
    fake.server.on('request', (_, response) => {
      open += 1
      response.once('close', () => {
        open -= 1
      })
    })
    fakes.push(fake)
    const { body } = await node.call('POST', '/api/cluster/invite')
    assert.equal((await fake.join(node.url, body.invite_token)).status, 200)
  }

  async function passUntil(look: () => Promise<boolean> | boolean, what: string): Promise<void> {
    await until(async () => {
      for (let steps = 0; steps < 5; steps++) {
        await clock.advance(STEP_MS)
        do await new Promise((resolve) => setTimeout(resolve, 2))
        while (open > 0)
      }
      return look()
    }, what)
  }

  const states = async (): Promise<string[]> =>
    (await node.call('GET', '/api/cluster/peers')).body.peers.map(({ state }: { state: string }) => state)
  const count = async (state: string) => (await states()).filter((one) => one === state).length
  await passUntil(async () => (await count('online')) === PEERS, 'all peers online')
  return {
    ...{ receivers, node, clock, passUntil, count, fakes },
    async pass(ms: number) {
      const end = clock.now() + ms
      await passUntil(() => clock.now() >= end, 'the time')
    }
  }
}

const fall = (fakes: readonly FakePeer[]) => {
  for (const fake of fakes) {
    fake.on('*', (request) => void request.socket.destroy())
    for (const socket of fake.sockets) socket.destroy()
  }
}
const rise = (fakes: readonly FakePeer[]) => {
  for (const fake of fakes) fake.on('*')
}

test('two hundred peers that go at once are one message as a cut, and one when they are back, to each receiver', async (t) => {
  const { receivers, fakes, passUntil, pass, count } = await startFleet(t)
  fall(fakes)
  await passUntil(async () => (await count('offline')) === PEERS, 'all of them offline')
  await pass(15 * MINUTE)
  for (const kind of ['webhook', 'slack', 'ntfy']) assert.equal(receivers.of(kind).length, 1, kind)
  const [opened] = receivers.of('webhook').map((body) => JSON.parse(body))
  assert.equal(opened.title, 'hub may be cut off: 200 of 200 peers do not answer it')
  assert.ok(opened.text.split('\n').length <= 12, opened.text)
  assert.match(opened.text, /\n… and 191 more\n/)
  assert.equal(opened.problems.length, 50)
  assert.ok(receivers.sent.every(({ body }) => body.length < 32_768))

  rise(fakes)
  await passUntil(async () => (await count('online')) === PEERS, 'all of them back')
  await pass(10 * MINUTE)
  for (const kind of ['webhook', 'slack', 'ntfy']) assert.equal(receivers.of(kind).length, 2, kind)
  const closed = JSON.parse(receivers.of('webhook')[1] ?? '')
  assert.deepEqual([closed.type, closed.title], ['incident.closed', 'hub reaches its peers again'])
  assert.equal(closed.incident.id, opened.incident.id)

  // A switch of theirs: fewer than half.
  const some = fakes.slice(0, 80)
  fall(some)
  await passUntil(async () => (await count('offline')) === some.length, 'eighty of them offline')
  await pass(10 * MINUTE)
  rise(some)
  await passUntil(async () => (await count('online')) === PEERS, 'the eighty back')
  await pass(10 * MINUTE)
  const [down, back] = receivers.of('webhook').slice(2)
  assert.match(JSON.parse(down ?? '{}').title, /^peer-0\d\d, peer-0\d\d and 78 more are down, says hub$/)
  assert.match(JSON.parse(back ?? '{}').title, /^peer-0\d\d, peer-0\d\d and 78 more are back, says hub$/)
  for (const kind of ['slack', 'ntfy']) assert.equal(receivers.of(kind).length, 4, kind)
})
