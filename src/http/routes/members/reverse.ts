import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { TooManyLinks } from '../../../errors/members.ts'
import { UpgradeRequired } from '../../../errors/requests.ts'
import { LINK_PROTOCOL } from '../../../remote/links/protocol.ts'
import { peerItself } from '../../access/access.ts'
import { peerOf } from '../../access/peer-caller.ts'
import type { Services } from '../../services.ts'
import { handOver } from '../../sockets/when-over.ts'
import { answers, type Routes, whereEnabled } from '../routes.ts'

const Url = Type.String({ minLength: 1, maxLength: 512 })
const Query = Type.Object({
  url: Type.Optional(
    Type.Union([Url, Type.Array(Url, { maxItems: 4 })], {
      description: 'Where the peer may be dialled instead, best first; it is tried'
    })
  ),
  place: Type.Optional(
    Type.String({ maxLength: 32, description: 'Another one with each start of the peer, and with each other network' })
  )
})
const RETRY_AFTER_S = '15'
/** Less than anything in between keeps a silent connection. */
const KEEPALIVE_MS = 15_000

/** A peer that cannot be dialled opens a connection, on which this server asks from then on. */
export function reverseRoutes(app: Routes, { self, linkedPeers }: Pick<Services, 'self' | 'linkedPeers'>): void {
  whereEnabled(app, self)

  app.get(
    '/api/cluster/reverse',
    {
      config: peerItself,
      schema: {
        tags: ['peers'],
        summary: 'Open a connection over which this server asks the calling peer',
        description: `Needs \`Upgrade: ${LINK_PROTOCOL}\`. After 101 the roles turn: the side that connected answers HTTP/1.1 requests.`,
        querystring: Query,
        response: answers(Type.Object({}))
      }
    },
    async (request, reply) => {
      const { query } = request
      const { id } = peerOf(request.caller)
      const asked = { urls: [query.url ?? []].flat(), place: query.place }
      if (!isUpgrade(request)) {
        reply.header('upgrade', LINK_PROTOCOL)
        throw new UpgradeRequired()
      }
      try {
        linkedPeers.assertWanted(id, asked)
      } catch (error) {
        if (error instanceof TooManyLinks) reply.header('retry-after', RETRY_AFTER_S)
        throw error
      }
      linkedPeers.take(id, turnRound(request, reply), asked)
    }
  )
}

const isUpgrade = ({ raw }: FastifyRequest) =>
  'upgrade' in raw && raw.upgrade === true && raw.headers.upgrade?.toLowerCase() === LINK_PROTOCOL

/** Answers 101, and gives what is left: the bare connection. */
function turnRound({ raw: { socket } }: FastifyRequest, reply: FastifyReply) {
  reply.hijack()
  reply.raw.detachSocket(socket)
  reply.raw.statusCode = 101
  socket.setTimeout(0)
  socket.setNoDelay(true)
  socket.setKeepAlive(true, KEEPALIVE_MS)
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${LINK_PROTOCOL}\r\n\r\n`)
  handOver(socket)
  return socket
}
