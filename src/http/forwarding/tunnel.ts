import type { FastifyReply, FastifyRequest } from 'fastify'
import { BadRequest } from '../../errors/requests.ts'
import { createSocketPairs, isAccepted } from '../sockets/socket-pairs.ts'
import { send, type Way } from './way.ts'

/** Of an answer in place of a WebSocket, which says why: a sentence, and no file. */
const LONGEST_REFUSAL = 65_536

/**
 * WebSockets through to another server, which is asked first, so that a failure is a real status; then bytes go both ways
 * untouched: frames are not read. A slow reader slows the other side down.
 */
export function createTunnels() {
  const pairs = createSocketPairs()

  function tunnel(request: FastifyRequest, reply: FastifyReply, way: Way, head: Buffer): void {
    const caller = request.raw.socket
    const { upgrade, 'sec-websocket-key': key } = request.headers
    if (upgrade?.toLowerCase() !== 'websocket' || typeof key !== 'string')
      throw new BadRequest('Only a WebSocket can be opened here, with a Sec-WebSocket-Key')
    const { path, headersTimeoutMs } = way
    const headers = way.headers({ body: false, upgrade: true })
    const parts: Buffer[] = []
    let size = 0

    const call = send(
      way,
      { method: 'GET', path, headers, upgrade: 'websocket', headersTimeoutMs },
      {
        start(status, received) {
          const fault = way.instead?.(status, { upgrade: true })
          if (fault) giveUp(fault)
          else reply.code(status).headers(way.headersBack(received))
        },
        data(chunk) {
          size += chunk.length
          if (size > LONGEST_REFUSAL) giveUp(way.noSocket())
          else parts.push(chunk)
          return true
        },
        end: () => void reply.send(Buffer.concat(parts)),
        fail: (reason) => refuse(way.fault(reason)),
        upgraded(answer, socket) {
          socket.on('error', () => socket.destroy())
          if (!isAccepted(answer, key)) {
            socket.destroy()
            return refuse(way.noSocket())
          }
          if (caller.destroyed) return void socket.destroy()
          pairs.join(reply, caller, { answer, socket, head })
        }
      }
    )

    function giveUp(fault: Error): false {
      call.abort()
      parts.length = 0
      refuse(fault)
      return false
    }

    function refuse(fault: Error): void {
      if (!caller.destroyed) reply.send(fault)
    }

    caller.once('close', call.abort)
  }

  return { tunnel, closeAll: pairs.closeAll }
}
