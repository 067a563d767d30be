import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** From RFC 6455 §1.3. */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

interface Far {
  answer: IncomingHttpHeaders
  socket: Duplex
  /** What the caller has sent already. */
  head: Buffer
}

/**
 * A caller's WebSocket and the one that answers it elsewhere. Bytes go both ways untouched: frames are
 * not read. A slow reader slows the other side down.
 */
export function createSocketPairs() {
  const open = new Set<Duplex>()

  return {
    /** Tells the caller that the protocol has changed, and connects the two until either ends. */
    join(reply: FastifyReply, caller: Socket, { answer, socket, head }: Far): void {
      reply.hijack()
      reply.raw.detachSocket(caller)
      caller.setTimeout(0)
      caller.write(switching(answer))
      if (head.length > 0) socket.write(head)
      open.add(caller)
      caller.on('error', () => caller.destroy())
      caller.once('close', () => {
        open.delete(caller)
        socket.destroy()
      })
      socket.once('close', () => caller.destroy())
      caller.pipe(socket).pipe(caller)
    },
    closeAll(): void {
      for (const socket of open) socket.destroy()
    }
  }
}

export const isAccepted = (answer: IncomingHttpHeaders, key: string) =>
  answer['sec-websocket-accept'] ===
  createHash('sha1')
    .update(key + WEBSOCKET_GUID)
    .digest('base64')

function switching(answer: IncomingHttpHeaders): string {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
  for (const name of ['sec-websocket-accept', 'sec-websocket-protocol', 'sec-websocket-extensions']) {
    const value = answer[name]
    if (typeof value === 'string') lines.push(`${name}: ${value}`)
  }
  return `${lines.join('\r\n')}\r\n\r\n`
}
