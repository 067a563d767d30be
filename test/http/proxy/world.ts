import http, { type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import net from 'node:net'
import type { TestContext } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { EVERYBODY } from '../../../src/cluster/access/caller.ts'
import type { Upstream } from '../../../src/cluster/peers/upstreams.ts'
import { answerErrors } from '../../../src/http/errors.ts'
import { type ProxyOptions, registerProxy } from '../../../src/http/proxy/proxy.ts'
import { acceptUpgrades } from '../../../src/http/sockets/upgrades.ts'
import { createRemote } from '../../../src/remote/client.ts'
import { DEFAULT_DEADLINES } from '../../../src/remote/deadlines.ts'
import type { Verdict } from '../../../src/schemas/health.ts'
import { type FakePeer, startFakePeer } from '../../fake-peer.ts'
import { turnRound, via } from '../../reversed.ts'

interface Options extends Partial<ProxyOptions> {
  peers?: string[]
  /** Path of the peers' URLs. */
  base?: string
  verdict?: Verdict
  /** Adds routes of the test's own. */
  prepare?(app: FastifyInstance): void
}

/** The proxy alone on port 0, before fake peers. What tests of callers' rights need is in the daemon's tests. */
export async function proxyWorld(t: TestContext, options: Options = {}) {
  const { peers: names = ['a'], base = '', verdict = 'online' } = options
  const peers = new Map<string, FakePeer>()
  for (const name of names) peers.set(name, await startFakePeer({ name }))
  const remote = createRemote({ credentialOf: (id) => `key-of-${id}`, lookupGuard: () => true })
  for (const [name, { server }] of peers) await turnRound(t, remote, name, server)
  const signs: string[] = []
  const find = (name: string): Upstream | undefined => {
    const peer = peers.get(name)
    if (!peer) return undefined
    const target = { id: name, url: peer.url + base, transport: 'insecure' as const, pins: [], ...via() }
    return {
      id: name,
      name,
      verdict,
      base,
      reason: () => 'it does not answer',
      retryAfterS: () => 12.3,
      carry: (request, sink) => remote.carry(target, request, sink)
    }
  }
  const app = Fastify({ bodyLimit: 65_536, forceCloseConnections: true })
  answerErrors(app)
  app.decorateRequest('caller', { getter: () => EVERYBODY })
  acceptUpgrades(app)
  await registerProxy(app, {
    find,
    deadlines: DEFAULT_DEADLINES,
    reportFailure: (id, failed) => signs.push(`${id} ${failed}`),
    ...options
  })
  options.prepare?.(app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.after(async () => {
    await app.close()
    remote.close()
    for (const peer of peers.values()) await peer.close()
  })
  const { port } = app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/api/cluster/peers/a/proxy`
  return { url, port, app, remote, signs, peer: peers.get('a') as FakePeer, peers }
}

export interface Reply {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  json: any
  trailers: NodeJS.Dict<string>
}

/** A request whose path is sent as it is written, and whose connection is its own. */
export function call(
  url: string,
  options: { method?: string; path?: string; headers?: http.OutgoingHttpHeaders; body?: string | Buffer } = {}
): Promise<Reply> {
  const { hostname, port, pathname, search } = new URL(url)
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, path = pathname + search } = options
    const request = http.request({ hostname, port, path, method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        const body = Buffer.concat(chunks)
        const text = body.toString()
        let json: unknown
        try {
          json = JSON.parse(text)
        } catch {}
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body,
          text,
          json,
          trailers: answer.trailers
        })
      })
    })
    request.on('error', reject)
    request.end(options.body)
  })
}

/** Writes bytes to the port and gives back all that comes until the connection ends or falls silent. */
export function rawCall(port: number, bytes: string, { quietMs = 200 } = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
    let text = ''
    let quiet = setTimeout(() => socket.destroy(), 5_000)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      clearTimeout(quiet)
      quiet = setTimeout(() => socket.destroy(), quietMs)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(quiet)
      resolve(text)
    })
  })
}
