import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { READER_KEY, startNode, until } from '../daemon.ts'

async function receiver(t: TestContext, status = 200) {
  const received: { url: string | undefined; text: string }[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    received.push({ url: request.url, text })
    response.writeHead(status).end('no_service')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const SECRET = 'T0123/B0123/very-secret-path'

test('targets are made by the API, tried, kept over a restart, and their secrets shown nowhere', async (t) => {
  const { received, url } = await receiver(t)
  const lines: string[] = []
  const logTo = { write: (line: string) => void lines.push(line) }
  const first = await startNode(t, { name: 'web-1', logTo })
  const target = { type: 'slack', name: 'ops', url: `${url}/${SECRET}` }
  const made = await first.call('PUT', '/api/alerts', { remind: '24h', targets: [target] })
  assert.equal(made.status, 200)
  assert.deepEqual(made.body.targets, [
    { name: 'ops', type: 'slack', where: new URL(url).host, from: 'here', waiting: 0 }
  ])
  assert.deepEqual(made.body.settings, { remind: '24h', targets: [{ type: 'slack', name: 'ops' }] })

  // What was read can be sent back: the secret stays.
  const renamed = await first.call('PUT', '/api/alerts', { ...made.body.settings, delay: '5m' })
  assert.equal(renamed.body.delay, '5m')
  await first.stop()

  const again = await startNode(t, { name: 'web-1', folder: first.folder, logTo })
  const { body } = await again.call('GET', '/api/alerts')
  assert.deepEqual([body.delay, body.remind, body.targets.length], ['5m', '24h', 1])
  const tried = await again.call('POST', '/api/alerts/test?target=ops')
  assert.deepEqual(tried.body.targets, [{ target: 'ops', ok: true }])
  assert.equal(received.at(-1)?.url, `/${SECRET}`)

  const seen = await Promise.all(
    ['/api/alerts', '/api/cluster/config', '/api/audit', '/api/cluster/machines', '/metrics'].map((path) =>
      again.call('GET', path)
    )
  )
  const everything = [...seen.map(({ text }) => text), ...lines].join('\n')
  assert.ok(everything.length > 1_000)
  assert.doesNotMatch(everything, /very-secret/)
})

test('a secret that is known here is not sent to an address that somebody else chose', async (t) => {
  const node = await startNode(t)
  const target = { type: 'gotify', name: 'phone', url: 'http://127.0.0.1:1', token: 'secret-token' }
  assert.equal((await node.call('PUT', '/api/alerts', { targets: [target] })).status, 200)
  const { type, name } = target
  const moved = await node.call('PUT', '/api/alerts', { targets: [{ type, name, url: 'http://evil.test' }] })
  assert.equal(moved.status, 400)
  assert.match(moved.body.error, /targets\[0\]: token is missing/)
})

test('what the config sets is not changed here, and counts after a reload', async (t) => {
  const { url } = await receiver(t)
  const config = {
    'alerts.delay': '3m',
    'alerts.rules.disk.over': 80,
    'alerts.targets': [{ type: 'ntfy', name: 'phone', url: `${url}/secret-topic`, token: 'secret-token' }]
  }
  const node = await startNode(t, { config })
  const { body } = await node.call('GET', '/api/alerts')
  assert.deepEqual(body.fixed, ['alerts.delay', 'alerts.rules.disk.over'])
  assert.deepEqual([body.delay, body.rules.disk], ['3m', { enabled: true, over: 80, for: '5m' }])
  assert.deepEqual([body.targets[0].from, body.targets[0].where], ['config', new URL(url).host])

  const refused = await node.call('PUT', '/api/alerts', { delay: '1m', rules: { disk: { over: 70, for: '1m' } } })
  assert.deepEqual([refused.status, refused.body.code], [409, 'set_in_config'])
  assert.match(refused.body.error, /alerts\.delay, alerts\.rules\.disk\.over/)
  const taken = await node.call('PUT', '/api/alerts', { rules: { disk: { for: '1m' }, load: { enabled: false } } })
  assert.deepEqual(taken.body.rules.disk, { enabled: true, over: 80, for: '1m' })
  assert.equal(taken.body.rules.load.enabled, false)
  await node.stop()

  // The file says more now, and what it says counts.
  const next = await startNode(t, { folder: node.folder, config: { ...config, 'alerts.rules.disk.for': '9m' } })
  const after = await next.call('GET', '/api/alerts')
  assert.deepEqual(after.body.rules.disk, { enabled: true, over: 80, for: '9m' })
  assert.equal(after.body.rules.load.enabled, false)
})

test('what is wrong with settings is told as of the config, all at once, and nothing is changed', async (t) => {
  const node = await startNode(t, {
    config: { 'alerts.targets': [{ type: 'slack', name: 'ops', url: 'http://x.test' }] }
  })
  const wrong = await node.call('PUT', '/api/alerts', {
    delay: 'soon',
    rules: { disk: { ovr: 1 }, memory: { over: 101 } },
    targets: [
      { type: 'slack', name: 'a', url: 'nowhere' },
      { type: 'webhook', name: 'b', url: 'http://x.test', template: '{{title}}' }
    ]
  })
  assert.equal(wrong.status, 400)
  for (const words of [
    'delay: expected a duration',
    'rules.disk.ovr: unknown key; did you mean over?',
    'rules.memory.over: expected a whole number from 1 to 100',
    'targets[0].url: expected an http or https address',
    'targets[1].template: expected JSON'
  ])
    assert.ok(wrong.body.error.includes(words), `${words} in ${wrong.body.error}`)
  const window = await node.call('PUT', '/api/alerts', { maintenance: [{ from: '25:00', to: '02:00' }] })
  assert.match(window.body.error, /^maintenance\[0\]\.from: expected a time such as 02:00/)
  const kind = await node.call('PUT', '/api/alerts', { targets: [{ type: 'webhok', name: 'a' }] })
  assert.match(kind.body.error, /^targets\.0\.type: must be one of webhook, slack, discord/)
  const named = (name: string) => ({ type: 'slack', name, url: 'http://x.test' })
  const twice = await node.call('PUT', '/api/alerts', { targets: [named('ops')] })
  assert.match(twice.body.error, /two with the name "ops"/)
  assert.deepEqual((await node.call('GET', '/api/alerts')).body.settings, { targets: [] })
})

test('only who may write changes, tries or silences', async (t) => {
  const node = await startNode(t)
  const reader = { authorization: `Bearer ${READER_KEY}` }
  assert.equal((await node.call('GET', '/api/alerts', undefined, reader)).status, 200)
  for (const [method, path, body] of [
    ['PUT', '/api/alerts', {}],
    ['POST', '/api/alerts/silences', { for: '1h' }],
    ['DELETE', '/api/alerts/silences/x', undefined]
  ] as const)
    assert.equal((await node.call(method, path, body, reader)).status, 403, path)
  assert.equal((await node.call('POST', '/api/alerts/test?target=nobody')).status, 400)
})

test('what was sent and what failed is told, newest first', async (t) => {
  const { url } = await receiver(t)
  const node = await startNode(t)
  const bad = { type: 'slack', name: 'gone', url: 'http://127.0.0.1:1/secret' }
  await node.call('PUT', '/api/alerts', { targets: [{ type: 'slack', name: 'ops', url }, bad] })
  const { body } = await node.call('POST', '/api/alerts/test')
  assert.deepEqual(body.targets, [
    { target: 'ops', ok: true },
    { target: 'gone', ok: false, error: 'It could not be reached (ECONNREFUSED)' }
  ])
  const seen = await until(async () => {
    const { body } = await node.call('GET', '/api/alerts')
    return body.deliveries.length === 2 && body.deliveries
  })
  assert.deepEqual(seen.map(({ target, ok }: { target: string; ok: boolean }) => [target, ok]).toSorted(), [
    ['gone', false],
    ['ops', true]
  ])
})
