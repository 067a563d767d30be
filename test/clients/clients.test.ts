import { createHash } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { WebSocketServer } from 'ws'
import { startNode } from '../daemon.ts'
import { type Behaviour, type FakePeer, startFakePeer } from '../fake-peer.ts'
import { caddy, freePort, nginx, type ReverseProxy } from '../proxies/servers.ts'
import * as curl from './adapters/curl.ts'
import { openAxios, openGot, openKy } from './adapters/node.ts'
import { openAt } from './adapters/page.ts'
import * as python from './adapters/python.ts'
import * as wget from './adapters/wget.ts'
import { type Client, tour } from './tour.ts'

interface Program {
  name: string
  skip: string | false
  open(): Promise<Client>
}

const programs = (elsewhere: string): Program[] => [
  { name: 'curl', ...curl },
  { name: 'wget', ...wget },
  { name: 'Python’s urllib', skip: python.skip('urllib'), open: python.open('urllib') },
  { name: 'Python’s requests', skip: python.skip('requests'), open: python.open('requests') },
  { name: 'axios', skip: false, open: openAxios },
  { name: 'got', skip: false, open: openGot },
  { name: 'ky', skip: false, open: openKy },
  { name: 'a page of another origin', skip: false, open: openAt(elsewhere) }
]

const direct = { name: 'nothing', skip: false, start: undefined } as const

for (const front of [direct, nginx, caddy]) {
  test(`the whole API, with ${front.name} in front`, { skip: front.skip }, async (t) => {
    const elsewhere = await startPage(t)
    const { node, url } = await startBehind(t, front.start, elsewhere)
    const other = await startNode(t, { name: 'other' })
    for (const { name, skip, open } of programs(elsewhere)) {
      await t.test(`as ${name} asks`, { skip }, async (t) => {
        const plain = await startEcho(t)
        const client = await open()
        t.after(() => client.close?.())
        await tour(client, { url, node, other, plain })
        await other.call('DELETE', `/api/cluster/peers/${node.name}`)
      })
    }
  })
}

async function startBehind(t: TestContext, start: ReverseProxy['start'] | undefined, elsewhere: string) {
  const cors = { 'api.enable_cors': true, 'api.allowed_origins': [elsewhere] }
  if (!start) {
    const node = await startNode(t, { name: 'toured', config: cors })
    return { node, url: node.url }
  }
  const [front, back] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${front}`
  const behind = { 'api.port': back, 'api.trust_proxy': ['127.0.0.1'], 'cluster.advertise_url': url }
  const node = await startNode(t, { name: 'toured', config: { ...cors, ...behind } })
  await start(t, front, back)
  return { node, url }
}

/** A page at an origin of its own, which asks for nothing by itself. */
async function startPage(t: TestContext): Promise<string> {
  const server = http.createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><link rel="icon" href="data:,">')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

async function startEcho(t: TestContext): Promise<FakePeer> {
  const plain = await startFakePeer({ name: 'plain' })
  t.after(() => plain.close())
  plain.on('/api/echo', echo)
  const sockets = new WebSocketServer({ noServer: true })
  plain.server.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (ws) => ws.send('hello'))
  )
  return plain
}

/** Says what came: method, address, type, and how much. */
const echo: Behaviour = async (request, response) => {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of request) {
    hash.update(chunk)
    bytes += chunk.length
  }
  const { method, url, headers } = request
  const type = headers['content-type']
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ method, url, type, bytes, sha256: hash.digest('hex') }))
}
