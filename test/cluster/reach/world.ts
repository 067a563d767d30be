import http, { type IncomingHttpHeaders } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { authorized, join, type NodeOptions, OPERATOR_KEY, startNode, type TestNode, until } from '../../daemon.ts'
import { startFakePeer } from '../../fake-peer.ts'

/** What nobody listens at: an address that no other server can dial. */
export const NOWHERE = 'http://127.0.0.1:9'

/** A server that can be dialled, and one at home that cannot. The home accepts the invite. */
export async function homeAndHub(
  t: TestContext,
  { home = {}, hub = {} }: { home?: NodeOptions; hub?: NodeOptions } = {}
) {
  const b = await startNode(t, { name: 'hub', ...hub })
  const a = await startNode(t, {
    name: 'home',
    ...home,
    config: { 'cluster.advertise_url': NOWHERE, ...home.config }
  })
  const joined = await join(b, a)
  return { hub: b, home: a, joined }
}

export const peerOf = async (node: TestNode, name: string) =>
  (await node.call('GET', `/api/cluster/peers/${name}`)).body

/** Waits until that peer's entry is so. */
export const entry = (node: TestNode, name: string, is: (peer: Awaited<ReturnType<typeof peerOf>>) => boolean) =>
  until(async () => {
    const peer = await peerOf(node, name)
    return is(peer) && peer
  }, `${node.name}'s entry of ${name}`)

export const TURN = { connection: 'upgrade', upgrade: 'flatrun-reverse/1' }

/** The open connections that a server has accepted from now on. */
export function socketsOf({ daemon }: TestNode): () => Socket[] {
  const sockets: Socket[] = []
  daemon.app.server.on('connection', (socket: Socket) => sockets.push(socket))
  return () => sockets.filter(({ destroyed }) => !destroyed)
}

/** One that was turned round and is not used: it has read a request, and written no more than its 101. */
export const isParked = (socket: Socket) => socket.bytesWritten === SWITCHED.length && socket.bytesRead > 0
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: flatrun-reverse/1\r\n\r\n'

/** A member of the hub that opens connections by hand, its key in clear. */
export async function plainPeer(t: TestContext) {
  const hub = await startNode(t, { name: 'hub' })
  const fake = await startFakePeer({ name: 'plain' })
  t.after(() => fake.close())
  const { body } = await hub.call('POST', '/api/cluster/invite')
  await fake.join(hub.url, body.invite_token)
  const key = fake.peers.get('hub')?.key ?? ''
  return { hub, dial: (headers: Record<string, string>) => dial(t, hub.url, { ...authorized(key), ...headers }) }
}

interface Dialled {
  status: number
  headers: IncomingHttpHeaders
  socket: Socket
}

function dial(t: TestContext, url: string, headers: Record<string, string>): Promise<Dialled> {
  return new Promise((resolve, reject) => {
    const request = http.get(`${url}/api/cluster/reverse`, { agent: false, headers })
    const done = ({ statusCode = 0, headers, socket }: http.IncomingMessage) => {
      t.after(() => socket.destroy())
      socket.on('error', () => {})
      socket.resume()
      resolve({ status: statusCode, headers, socket })
    }
    request.once('error', reject).once('response', done).once('upgrade', done)
  })
}

/** An operator's request to a server whose certificate nobody vouches for. */
export const secretly =
  (tls: 'off' | 'auto') =>
  ({ url }: TestNode, method: string, path: string, body?: unknown) =>
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
    new Promise<{ status: number; text: string; body: any }>((resolve, reject) => {
      const headers = { ...authorized(OPERATOR_KEY), ...(body !== undefined && { 'content-type': 'application/json' }) }
      const options = { method, headers, rejectUnauthorized: false, agent: false as const }
      const request = (tls === 'off' ? http : https).request(url + path, options, async (answer) => {
        let text = ''
        for await (const chunk of answer) text += chunk
        resolve({ status: answer.statusCode ?? 0, text, body: JSON.parse(text) })
      })
      request.once('error', reject).end(body === undefined ? undefined : JSON.stringify(body))
    })
