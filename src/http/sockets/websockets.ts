import websocket from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'

/** Under which the inspector's socket opens; a ticket goes beside it. */
const INSPECT_PROTOCOL = 'flatrun.inspect'
/** What a caller sends is short: who it is, or nothing. */
const MOST_BYTES = 16_384
/** How long a browser may take to answer that the socket is closed. */
const GOODBYE_MS = 1_000

/** Routes with `websocket: true` get sockets. In one scope of the app: a second plugin would answer each upgrade again. */
export async function acceptWebSockets(app: FastifyInstance): Promise<void> {
  await app.register(websocket, {
    options: {
      maxPayload: MOST_BYTES,
      handleProtocols: (offered: Set<string>) => offered.has(INSPECT_PROTOCOL) && INSPECT_PROTOCOL
    },
    preClose: (done: () => void) => {
      for (const socket of app.websocketServer.clients) {
        socket.close(1001, 'this server stops')
        setTimeout(() => socket.terminate(), GOODBYE_MS).unref()
      }
      done()
    }
  })
}
