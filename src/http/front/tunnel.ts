import type { FastifyReply, FastifyRequest } from 'fastify'
import { BadRequest } from '../../errors.ts'
import type { FlatRunAgent } from '../../flatrun/agent.ts'
import { FlatRunDown, FlatRunUnclear } from '../../flatrun/faults.ts'
import { createSocketPairs, isAccepted } from '../sockets/socket-pairs.ts'
import { headersBack, headersOnwards } from './headers.ts'

const LONGEST_REFUSAL = 65_536

/** WebSockets on to FlatRun's agent, which looks at their first message to find out who opens them. */
export function createFrontTunnels(agent: Pick<FlatRunAgent, 'forward'>) {
  const pairs = createSocketPairs()

  function tunnel(request: FastifyRequest, reply: FastifyReply, authorization: string | undefined, head: Buffer) {
    const caller = request.raw.socket
    const { upgrade, 'sec-websocket-key': key } = request.headers
    if (upgrade?.toLowerCase() !== 'websocket' || typeof key !== 'string')
      throw new BadRequest('Only a WebSocket can be opened here, with a Sec-WebSocket-Key')
    const refuse = (fault: Error) => {
      if (!caller.destroyed) reply.send(fault)
    }
    const parts: Buffer[] = []
    let size = 0
    const asked = {
      method: 'GET',
      path: request.raw.url ?? '',
      headers: headersOnwards(request, { authorization, body: false }),
      upgrade: 'websocket',
      headersTimeoutMs: 0
    }
    const call = agent.forward(asked, {
      // It does not change the protocol, and its answer says why: a sentence, and no file.
      start: (status, headers) => void reply.code(status).headers(headersBack(headers)),
      data(chunk) {
        size += chunk.length
        if (size > LONGEST_REFUSAL) {
          call.abort()
          parts.length = 0
          refuse(new FlatRunUnclear('it does not speak WebSocket there'))
          return false
        }
        parts.push(chunk)
        return true
      },
      end: () => void reply.send(Buffer.concat(parts)),
      fail: (reason) => refuse(new FlatRunDown(reason.message, { cause: reason })),
      upgraded(answer, socket) {
        socket.on('error', () => socket.destroy())
        if (!isAccepted(answer, key)) {
          socket.destroy()
          return refuse(new FlatRunUnclear('it does not speak WebSocket'))
        }
        if (caller.destroyed) return void socket.destroy()
        pairs.join(reply, caller, { answer, socket, head })
      }
    })
    caller.once('close', () => call.abort())
  }

  return { tunnel, closeAll: pairs.closeAll }
}
