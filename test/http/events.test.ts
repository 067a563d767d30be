import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { createEventLog } from '../../src/cluster/events/event-log.ts'
import { createEventStream } from '../../src/http/event-stream.ts'
import { authorized, join, OPERATOR_KEY, startNode, until } from '../daemon.ts'

async function follow(t: TestContext, url: string, headers: Record<string, string> = {}) {
  const leaving = new AbortController()
  t.after(() => leaving.abort())
  const answer = await fetch(`${url}/api/cluster/events`, {
    headers: { ...authorized(OPERATOR_KEY), ...headers },
    signal: leaving.signal
  })
  const seen: { id: number; type: string; peer?: string; to?: string }[] = []
  const ended = (async () => {
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const data = block.split('\n').find((line) => line.startsWith('data: '))
        if (data) seen.push(JSON.parse(data.slice(6)))
      }
    }
  })().catch(() => {})
  return { answer, seen, ended, leave: () => leaving.abort() }
}

test('whoever listens hears of a join as it happens, and resumes where it left', async (t) => {
  const a = await startNode(t, { name: 'a' })
  const b = await startNode(t, { name: 'b' })
  const first = await follow(t, a.url)
  assert.equal(first.answer.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  await join(a, b)
  await until(() => first.seen.some(({ type, peer, to }) => type === 'peer.state' && peer === 'b' && to === 'online'))
  assert.ok(first.seen.some(({ type, peer }) => type === 'peer.joined' && peer === 'b'))
  first.leave()

  await a.call('DELETE', '/api/cluster/peers/b')
  const last = first.seen.at(-1)?.id ?? 0
  const second = await follow(t, a.url, { 'last-event-id': String(last) })
  await until(() => second.seen.some(({ type }) => type === 'peer.removed'))
  assert.ok(second.seen.every(({ id }) => id > last))
})

test('events and history survive a restart', async (t) => {
  const a = await startNode(t, { name: 'a' })
  const b = await startNode(t, { name: 'b' })
  await join(a, b)
  await until(async () => (await a.call('GET', '/api/cluster/peers/b')).body.state === 'online')
  await a.stop()

  const again = await startNode(t, { name: 'a', folder: a.folder })
  const { seen } = await follow(t, again.url)
  await until(() => seen.filter(({ type }) => type === 'node.started').length === 2)
  assert.ok(seen.some(({ type, peer }) => type === 'peer.joined' && peer === 'b'))
  const { body } = await again.call('GET', '/api/cluster/peers/b/history?range=day')
  assert.ok(body.transitions.length > 0)
  assert.equal(body.range, 'day')
  assert.ok(body.buckets[0].checks > 0)
})

test('a stopping daemon ends its streams at once', async (t) => {
  const a = await startNode(t)
  const { ended } = await follow(t, a.url)
  // Nobody is cut off when the grace is over: only what ends at once lets the server stop.
  const { server } = a.daemon.app
  t.mock.method(server, 'closeAllConnections', () => {})
  await a.stop()
  await ended
  assert.equal(server.listening, false)
})

test('without a key there are no events, and a peer page has its past', async (t) => {
  const a = await startNode(t, { name: 'a' })
  const b = await startNode(t, { name: 'b' })
  assert.equal((await fetch(`${a.url}/api/cluster/events`)).status, 401)
  await join(a, b)
  const { status, body } = await a.call('POST', '/api/cluster/peers/b/check')
  assert.equal(status, 200)
  assert.equal(body.state, 'online')
  assert.equal(body.checks.at(-1).ok, true)
  assert.equal(body.evidence.at(-1).ok, true)
  assert.ok(body.next_check_at)
  assert.equal((await a.call('GET', '/api/cluster/peers/b/history?range=year')).status, 400)
  assert.equal((await a.call('GET', '/api/cluster/peers/nobody/history')).status, 404)
})

test('a reader that does not keep up is dropped, and nothing piles up for it', async () => {
  const events = createEventLog()
  const stream = createEventStream({ events, after: undefined, mostUnread: 10_000 })
  const closed = once(stream, 'close')
  for (let i = 0; i < 1_000; i++) events.publish({ type: 'peer.state', reason: 'x'.repeat(100) })
  await closed
  assert.ok(stream.readableLength < 20_000)
})
