import assert from 'node:assert/strict'
import http from 'node:http'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { OPERATOR_KEY, READER_KEY, startNode, until } from '../daemon.ts'

/** A request whose headers come as they are listed, each on a line of its own. */
function ask(url: string, method: string, path: string, headers: [name: string, value: string][]) {
  const { hostname, port, host } = new URL(url)
  const lines = [...(headers.some(([name]) => name === 'Host') ? [] : [['Host', host]]), ...headers].flat()
  return new Promise<{ status: number | undefined; body: { code?: string; error?: string } }>((resolve, reject) => {
    const request = http.request({ hostname, port, path, method, headers: lines, agent: false }, async (answer) => {
      let text = ''
      for await (const chunk of answer) text += chunk
      resolve({ status: answer.statusCode, body: JSON.parse(text) })
    })
    request.on('error', reject).end()
  })
}

const [OPERATOR, READER] = [`Bearer ${OPERATOR_KEY}`, `Bearer ${READER_KEY}`]

const CASES = [
  ['Authorization', READER, OPERATOR],
  ['authorization', OPERATOR, OPERATOR],
  ['Host', '127.0.0.1:8090', 'evil.example'],
  ['Origin', 'http://127.0.0.1', 'https://evil.example'],
  ['X-FlatRun-Deployment', 'web', 'shop'],
  ['Signature', 'sig1=:YQ==:', 'sig1=:Yg==:'],
  ['Signature-Input', 'sig1=()', 'sig1=()'],
  ['Content-Digest', 'sha-256=:YQ==:', 'sha-256=:Yg==:'],
  ['Accept-Signature', 'sig1=()', 'sig2=()'],
  ['Sec-Fetch-Site', 'same-origin', 'cross-site']
] as const

test('a request that says twice who asks or for what is refused, whichever comes first', async (t) => {
  const { url } = await startNode(t)
  for (const [name, first, second] of CASES) {
    const key: [string, string][] = /authorization/i.test(name) ? [] : [['Authorization', OPERATOR]]
    for (const [one, other] of [
      [first, second],
      [second, first]
    ] as const) {
      for (const path of ['/api/cluster/peers', '/api/cluster/peers/none/proxy/health', '/api/health']) {
        const twice: [string, string][] = [...key, [name, one], ['Accept', '*/*'], [name.toLowerCase(), other]]
        const { status, body } = await ask(url, 'GET', path, twice)
        assert.deepEqual([status, body.code], [400, 'repeated_header'], `${name} ${path}`)
        assert.match(body.error ?? '', new RegExp(name, 'i'))
      }
    }
  }
})

test('a WebSocket that says twice who asks is refused too', async (t) => {
  const { url, daemon } = await startNode(t)
  const upgrade: [string, string][] = [
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', 'AAAAAAAAAAAAAAAAAAAAAA==']
  ]
  const path = '/api/cluster/peers/none/proxy/logs'
  const twice: [string, string][] = [...upgrade, ['Authorization', READER], ['Authorization', OPERATOR]]
  const { status, body } = await ask(url, 'GET', path, twice)
  assert.deepEqual([status, body.code], [400, 'repeated_header'])
  // Node looks after time no more on such a connection: whoever refuses ends it.
  const { server } = daemon.app
  const count = promisify(server.getConnections.bind(server))
  await until(async () => (await count()) === 0, 'the end of the connection')
})

test('headers that are lists may come on several lines', async (t) => {
  const { url } = await startNode(t)
  const { status } = await ask(url, 'GET', '/api/cluster/peers', [
    ['Authorization', OPERATOR],
    ['Accept', 'text/html'],
    ['Accept', 'application/json'],
    ['X-Forwarded-For', '203.0.113.9'],
    ['X-Forwarded-For', '198.51.100.7'],
    ['Cookie', 'a=1'],
    ['Cookie', 'b=2']
  ])
  assert.equal(status, 200)
})
