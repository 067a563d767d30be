import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { BadRequest, ForeignOrigin, PeerFailed, PeerForbids, UpgradeRefused } from '../../errors.ts'
import { mayOpenSocket } from '../access/origin.ts'
import { proxyFault, SIGNS_OF_DEATH } from './faults.ts'
import type { Passage } from './gate.ts'
import type { RelayOptions } from './relay.ts'
import { headersToPeer } from './request-headers.ts'

export interface TunnelOptions extends RelayOptions {
  /** Pages of other origins that may open a WebSocket. */
  openers: readonly string[]
}

/** From RFC 6455 §1.3. */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/**
 * WebSockets through to a peer. The peer is asked first, so that a failure is a real status; then bytes go both ways
 * untouched, whatever the frames in them mean, and whoever reads slowly slows the other side down.
 */
export function createTunnels(options: TunnelOptions) {
  const open = new Set<Duplex>()

  function tunnel(request: FastifyRequest, reply: FastifyReply, { peer, path }: Passage, head: Buffer) {
    const caller = request.raw.socket
    const { upgrade, origin, 'sec-websocket-key': key } = request.headers
    if (upgrade?.toLowerCase() !== 'websocket' || typeof key !== 'string') {
      throw new BadRequest('The proxy changes to no other protocol than websocket, and needs a Sec-WebSocket-Key')
    }
    if (!mayOpenSocket(origin, request.host, options.openers)) throw new ForeignOrigin()
    const refuse = (fault: Error) => {
      if (!caller.destroyed) reply.send(fault)
    }
    const headers = headersToPeer(request.headers, { upgrade: true, body: false })
    const asked = {
      method: 'GET',
      path,
      headers,
      upgrade: 'websocket',
      headersTimeoutMs: options.deadlines.proxiedReadMs
    }
    const call = peer.carry(asked, {
      start(status) {
        call.abort()
        refuse(status === 403 ? new PeerForbids(peer.name) : new UpgradeRefused(peer.name))
      },
      data: () => false,
      end() {},
      fail(reason) {
        if (SIGNS_OF_DEATH.has(reason.class)) options.reportFailure?.(peer.id, reason.class)
        refuse(proxyFault(peer.name, reason))
      },
      upgraded(answer, socket) {
        socket.on('error', () => socket.destroy())
        if (answer['sec-websocket-accept'] !== acceptOf(key)) {
          socket.destroy()
          return refuse(new PeerFailed(peer.name, 'it does not speak WebSocket'))
        }
        if (caller.destroyed) return socket.destroy()
        reply.hijack()
        reply.raw.detachSocket(caller)
        caller.setTimeout(0)
        caller.write(switching(answer))
        if (head.length > 0) socket.write(head)
        join(caller, socket)
      }
    })
    caller.once('close', () => call.abort())
  }

  function join(caller: Duplex, peer: Duplex) {
    open.add(caller)
    caller.on('error', () => caller.destroy())
    caller.once('close', () => {
      open.delete(caller)
      peer.destroy()
    })
    peer.once('close', () => caller.destroy())
    caller.pipe(peer).pipe(caller)
  }

  return {
    tunnel,
    closeAll() {
      for (const socket of open) socket.destroy()
    }
  }
}

function switching(answer: IncomingHttpHeaders): string {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
  for (const name of ['sec-websocket-accept', 'sec-websocket-protocol', 'sec-websocket-extensions']) {
    const value = answer[name]
    if (typeof value === 'string') lines.push(`${name}: ${value}`)
  }
  return `${lines.join('\r\n')}\r\n\r\n`
}

const acceptOf = (key: string) =>
  createHash('sha1')
    .update(key + WEBSOCKET_GUID)
    .digest('base64')
