import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { Registry } from 'prom-client'
import { parse } from 'yaml'
import { measurePeers, shownPeers } from '../../src/metrics/peers.ts'
import { measureProcess } from '../../src/metrics/process.ts'
import type { PeerHealth } from '../../src/schemas/health.ts'
import {
  authorized,
  join,
  type NodeOptions,
  READER_KEY,
  request,
  sees,
  startNode,
  type TestNode,
  until
} from '../daemon.ts'

const DOCS = path.join(import.meta.dirname, '..', '..', 'docs', 'grafana')

test('a peer is in the figures with its state, its probes and what was passed on to it, until it is removed', async (t) => {
  const { a } = await pair(t)
  await a.call('GET', '/api/cluster/peers/node-b/proxy/health')
  await a.call('GET', '/api/cluster/deployments')
  const figures = await until(async () => {
    const text = await scrape(a)
    return text.includes('flatrun_cluster_proxy_requests_total') && text
  }, 'the request in the figures')
  assert.match(figures, /^flatrun_cluster_peers\{state="online"\} 1$/m)
  assert.match(figures, /^flatrun_cluster_peers\{state="offline"\} 0$/m)
  assert.match(figures, /^flatrun_cluster_peer_up\{peer="node-b"\} 1$/m)
  assert.match(figures, /^flatrun_cluster_peer_state\{peer="node-b",state="online"\} 1$/m)
  assert.match(figures, /^flatrun_cluster_peer_probes_total\{peer="node-b",result="ok"\} [1-9]/m)
  assert.match(figures, /^flatrun_cluster_probe_duration_seconds_count\{result="ok"\} [1-9]/m)
  assert.match(figures, /^flatrun_cluster_proxy_requests_total\{peer="node-b",method="GET",code="200"\} 1$/m)
  assert.match(figures, /^flatrun_cluster_aggregate_duration_seconds_count\{kind="deployments"\} 1$/m)
  assert.match(figures, /^flatrun_cluster_events_total\{type="peer.joined"\} 1$/m)

  await a.call('DELETE', '/api/cluster/peers/node-b')
  const after = await until(async () => {
    const text = await scrape(a)
    return !text.includes('node-b') && text
  }, 'the removed peer gone from the figures')
  assert.match(after, /^flatrun_cluster_peers\{state="online"\} 0$/m)
})

test('of very many peers those that are not well have figures of their own', () => {
  const well = [0, 1, 2].map((at) => health(`well-${at}`))
  const [away, unstable] = [health('away', { verdict: 'offline' }), health('unstable', { flapping: true })]
  const names = (all: PeerHealth[], most: number) => shownPeers(all, most).map(({ name }) => name)
  assert.deepEqual(names([...well, away, unstable], 4), ['away', 'unstable'])
  assert.deepEqual(names([...well, away], 4), ['well-0', 'well-1', 'well-2', 'away'])
  assert.deepEqual(names([...well, away, unstable], 1), ['away'])
})

test('a peer whose figures were left out has not lost a probe when they are shown', async () => {
  const registry = new Registry()
  const peers = measurePeers([registry])
  const one = health('node-b')
  const probed = () =>
    peers.probed(one, { ok: true, asked: 'GET /api/health', at: 0, durationMs: 1, keyAccepted: true })
  probed()
  peers.collect([one], [])
  const without = await registry.metrics()
  assert.match(without, /^flatrun_cluster_peers\{state="online"\} 1$/m)
  assert.doesNotMatch(without, /node-b/)
  probed()
  for (const _ of [1, 2]) peers.collect([one], [one])
  assert.match(await registry.metrics(), /^flatrun_cluster_peer_probes_total\{peer="node-b",result="ok"\} 2$/m)
  peers.forget('node-b')
  peers.collect([one], [one])
  assert.doesNotMatch(await registry.metrics(), /peer_probes_total\{/)
})

test('what is asked for of peers is all of them or nothing', async (t) => {
  const { a } = await pair(t)
  const all = await ask(a, authorized(READER_KEY), '/metrics?peers=all')
  assert.match(all.text, /^flatrun_cluster_peer_up\{peer="node-b"\} 1$/m)
  assert.equal((await ask(a, authorized(READER_KEY), '/metrics?peers=some')).status, 400)
})

test('a failed probe is in the figures with the class of its failure', async (t) => {
  const { a, b } = await pair(t)
  await b.stop()
  await until(async () => {
    await a.call('POST', '/api/cluster/peers/node-b/check')
    return (await scrape(a)).includes('flatrun_cluster_peer_state{peer="node-b",state="suspect"} 1')
  }, 'node-b suspect')
  const figures = await scrape(a)
  assert.match(figures, /^flatrun_cluster_peer_probes_total\{peer="node-b",result="refused"\} [1-9]/m)
  assert.match(figures, /^flatrun_cluster_probe_duration_seconds_count\{result="failed"\} [1-9]/m)
  assert.doesNotMatch(figures, /peer_state\{peer="node-b",state="online"\}/)
})

test('requests are counted by the template of their route, never by what was asked', async (t) => {
  const node = await startNode(t)
  await node.call('GET', '/api/cluster/peers/made-up-name')
  await node.call('GET', '/api/cluster/peers/made-up-name/proxy/health')
  await node.call('GET', '/api/made-up-path')
  const figures = await scrape(node)
  assert.doesNotMatch(figures, /made-up/)
  assert.match(
    figures,
    /http_request_duration_seconds_count\{method="GET",route="\/api\/cluster\/peers\/:name",code="404"\} 1/
  )
})

test('open invites, readers of events and refused keys are counted', async (t) => {
  const node = await startNode(t)
  await node.call('POST', '/api/cluster/invite')
  await request(`${node.url}/api/cluster/peers`, { headers: authorized('wrong-key-0123456789') })
  const stop = new AbortController()
  const stream = await fetch(`${node.url}/api/cluster/events`, {
    headers: authorized(READER_KEY),
    signal: stop.signal
  })
  const figures = await scrape(node)
  assert.match(figures, /^flatrun_cluster_invites_open 1$/m)
  assert.match(figures, /^flatrun_cluster_event_stream_clients 1$/m)
  assert.match(figures, /^flatrun_cluster_requests_refused_total\{code="401"\} 1$/m)
  await stream.body?.cancel()
  stop.abort()
  await until(async () => /^flatrun_cluster_event_stream_clients 0$/m.test(await scrape(node)), 'the reader gone')
})

test('the figures are for keys that may read, from this machine too: a proxy on it speaks for everybody', async (t) => {
  const node = await startNode(t)
  const status = async (headers: Record<string, string>) => (await ask(node, headers)).status
  // As nginx passes a stranger's request on where nothing but proxy_pass is said.
  assert.equal(await status({ host: new URL(node.url).host, connection: 'close' }), 401)
  assert.equal(await status(authorized('wrong-key-0123456789')), 401)
  assert.equal(await status(authorized(READER_KEY)), 200)
})

test('the figures of a peer are not reached through it: they are no part of its API', async (t) => {
  const { b } = await pair(t)
  for (const path of ['../metrics', '%2e%2e/metrics', 'metrics']) {
    const answer = await b.call('GET', `/api/cluster/peers/node-a/proxy/${path}`)
    assert.ok(answer.status === 400 || answer.status === 404, `${path}: ${answer.status}`)
    assert.doesNotMatch(answer.text, /flatrun_cluster_/)
  }
})

test('metrics.public serves the figures to anybody', async (t) => {
  const node = await startNode(t, { config: { 'metrics.public': true } })
  assert.equal((await ask(node, { host: 'panel.example.org', 'x-forwarded-for': '203.0.113.9' })).status, 200)
})

test('a config that was refused is told until one is taken', async (t) => {
  const node = await startNode(t)
  const { events } = node.daemon
  assert.match(await scrape(node), /^flatrun_cluster_config_last_reload_successful 1$/m)
  events.publish({ type: 'config.reloaded', reason: 'refused', facts: { refused: true } })
  assert.match(await scrape(node), /^flatrun_cluster_config_last_reload_successful 0$/m)
  events.publish({ type: 'config.reloaded', reason: 'nothing has changed' })
  assert.match(await scrape(node), /^flatrun_cluster_config_last_reload_successful 1$/m)
})

test('no secret is in the figures', async (t) => {
  const { a } = await pair(t)
  const { body } = await a.call('POST', '/api/cluster/invite')
  const figures = await scrape(a)
  assert.ok(!figures.includes(body.invite_token))
  assert.doesNotMatch(figures, /http:\/\/|fr_|frc1\./)
})

test('a daemon that is built anew tells the figures of the same process, once', async (t) => {
  const processFigures = measureProcess()
  const first = await startNode(t, { processFigures })
  await first.stop()
  const second = await startNode(t, { processFigures })
  assert.equal((await scrape(second)).match(/^process_resident_memory_bytes [1-9]/gm)?.length, 1)
})

test('every name in the dashboard and the alert rules is in a real scrape', async (t) => {
  const { a } = await pair(t, { processFigures: measureProcess() })
  await a.call('GET', '/api/cluster/peers/node-b/proxy/health')
  await a.call('GET', '/api/cluster/stats')
  await request(`${a.url}/api/cluster/peers`)
  const figures = await until(async () => {
    const text = await scrape(a)
    return text.includes('proxy_requests_total{') && text
  }, 'all figures')
  const known = new Set([...figures.matchAll(/^(\w+)(?:\{| )/gm)].map((match) => match[1]))
  // Where this agent stands in front of FlatRun's; test/flatrun/away.test.ts looks at it there.
  known.add('flatrun_cluster_flatrun_up')
  const rules = parse(readFileSync(path.join(DOCS, 'alerts.yml'), 'utf8'))
  const dashboard = JSON.parse(readFileSync(path.join(DOCS, 'dashboard.json'), 'utf8'))
  const asked = [...expressions(rules), ...expressions(dashboard)]
  assert.ok(asked.length > 20, 'there are rules and panels')
  for (const expression of asked)
    for (const [name] of expression.matchAll(/\b(?:flatrun_cluster|process|nodejs)_\w+/g))
      assert.ok(known.has(name), `${name} of ${expression} is in no scrape`)
})

async function pair(t: TestContext, options: NodeOptions = {}) {
  const a = await startNode(t, { ...options, name: 'node-a' })
  const b = await startNode(t, { name: 'node-b' })
  await join(a, b)
  await sees(a, 'node-b', 'online')
  return { a, b }
}

const health = (name: string, more: Partial<PeerHealth> = {}): PeerHealth => ({
  ...{ id: name, name, url: 'http://127.0.0.1:1', verdict: 'online', since: 0, failures: 0 },
  ...{ flapping: false, restarts: 0, features: [], evidence: [] },
  ...more
})

async function scrape(node: TestNode): Promise<string> {
  const { status, text, type } = await ask(node, authorized(READER_KEY))
  assert.equal(status, 200)
  assert.match(type, /^text\/plain; version=0\.0\.4/)
  return text
}

/** By Node's own client, because fetch chooses the host header by itself. */
function ask(
  node: TestNode,
  headers: Record<string, string>,
  what = '/metrics'
): Promise<{ status: number; text: string; type: string }> {
  return new Promise((resolve, reject) => {
    const call = get(node.url + what, { headers, agent: false }, async (answer) => {
      const chunks: Buffer[] = []
      for await (const chunk of answer) chunks.push(chunk)
      const text = Buffer.concat(chunks).toString('utf8')
      resolve({ status: answer.statusCode ?? 0, text, type: answer.headers['content-type'] ?? '' })
    })
    call.on('error', reject)
  })
}

/** Every `expr` and `query` in a document of any shape. */
function expressions(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(expressions)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([word, inner]) =>
    (word === 'expr' || word === 'query') && typeof inner === 'string' ? [inner] : expressions(inner)
  )
}
