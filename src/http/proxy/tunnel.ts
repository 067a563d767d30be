import type { FastifyReply, FastifyRequest } from 'fastify'
import { BadRequest, ForeignOrigin, PeerFailed, PeerForbids, UpgradeRefused } from '../../errors.ts'
import { mayOpenSocket } from '../access/origin.ts'
import { createSocketPairs, isAccepted } from '../sockets/socket-pairs.ts'
import { proxyFault, SIGNS_OF_DEATH } from './faults.ts'
import type { Passage } from './gate.ts'
import type { RelayOptions } from './relay.ts'
import { headersToPeer } from './request-headers.ts'

export interface TunnelOptions extends RelayOptions {
  /** Pages of other origins that may open a WebSocket. */
  openers: readonly string[]
}

/**
 * WebSockets through to a peer. The peer is asked first, so that a failure is a real status; then bytes go both ways
 * untouched, whatever the frames in them mean, and whoever reads slowly slows the other side down.
 */
export function createTunnels(options: TunnelOptions) {
  const pairs = createSocketPairs()

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
        if (!isAccepted(answer, key)) {
          socket.destroy()
          return refuse(new PeerFailed(peer.name, 'it does not speak WebSocket'))
        }
        if (caller.destroyed) return socket.destroy()
        pairs.join(reply, caller, { answer, socket, head })
      }
    })
    caller.once('close', () => call.abort())
  }

  return { tunnel, closeAll: pairs.closeAll }
}
