import type { WebSocket } from '@fastify/websocket'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Caller } from '../../cluster/access/caller.ts'
import { InspectorOff, TooManyWatchers, WatchTicketInvalid } from '../../errors/inspector.ts'
import { ForeignOrigin } from '../../errors/requests.ts'
import type { Inspector, Scope } from '../../schemas/inspection/inspection.ts'
import { PeerName } from '../../schemas/names.ts'
import { anybody, operator } from '../access/access.ts'
import { mayOpenSocket } from '../access/origin.ts'
import { nameOf } from '../access/scope.ts'
import { answers } from '../routes/routes.ts'
import { inspectPage } from './page.ts'
import { serveWatcher } from './socket.ts'
import { createTickets } from './tickets.ts'

interface InspectOptions {
  /** Undefined: it is off, and every route says so. */
  inspector: Inspector | undefined
  inspectorUrl: string
  /** Where the built pages lie. */
  root: string
  /** @throws PeerUnknown */
  find: (name: string) => { id: string }
  /** Pages of other origins that may watch. */
  openers: readonly string[]
}

const TicketRequest = Type.Object({ peer: Type.Optional(PeerName), joins: Type.Optional(Type.Boolean()) })
const WatchTicket = Type.Object({
  ticket: Type.String({ description: 'Good for a minute; goes as a subprotocol of /api/inspector/socket' })
})
type TicketRequest = Static<typeof TicketRequest>

const MAX_WATCHERS = 20
/** Of one caller, so that others can watch too. */
const WATCHERS_OF_ONE = 10

/** The state machines live: a page, a ticket for who is signed in, and the WebSocket that it opens. */
export async function inspect(app: FastifyInstance, options: InspectOptions): Promise<void> {
  const { inspector, find, openers } = options
  const tickets = createTickets()
  const scopes = new WeakMap<FastifyRequest, Scope>()
  const room = createRoom(inspector)

  await app.register(async (scope) => inspectPage(scope, { ...options, assertOn }))

  app.post<{ Body: TicketRequest }>(
    '/api/inspector/ticket',
    {
      config: operator('cluster:read'),
      preValidation: async (request) => {
        request.body ??= {}
      },
      schema: {
        tags: ['insight'],
        summary: 'A ticket that opens the WebSocket of the inspector once',
        body: TicketRequest,
        response: answers(WatchTicket)
      }
    },
    async ({ body, caller }, reply) => {
      assertOn()
      room.assertFor(caller)
      reply.header('cache-control', 'no-store')
      return { ticket: tickets.issue({ scope: scopeOf(body, find), caller }) }
    }
  )

  if (!inspector) return
  app.get(
    '/api/inspector/socket',
    {
      websocket: true,
      config: anybody,
      preValidation: async (request, reply) => {
        if (!mayOpenSocket(request.headers.origin, request.host, openers)) throw new ForeignOrigin()
        const admitted = tickets.redeem(ticketOf(request))
        if (!admitted || !app.openAnswers.admits(admitted.caller)) throw new WatchTicketInvalid()
        room.assertFor(admitted.caller)
        request.identified = admitted.caller
        app.openAnswers.note(admitted.caller, request, reply)
        scopes.set(request, admitted.scope)
      }
    },
    (socket, request) => {
      const scope = scopes.get(request)
      if (!scope) return
      room.enter(socket, request.caller)
      serveWatcher(socket, { inspector, scope })
    }
  )

  function assertOn(): void {
    if (!inspector) throw new InspectorOff()
  }
}

function scopeOf({ peer, joins }: TicketRequest, find: InspectOptions['find']): Scope {
  if (peer !== undefined) return { kind: 'peer', id: find(peer).id }
  return joins ? { kind: 'joins' } : { kind: 'all' }
}

/** Who watches now: so many at once, and of one caller fewer. */
function createRoom(inspector: Inspector | undefined) {
  const watching = new Map<WebSocket, string>()

  return {
    /** @throws TooManyWatchers */
    assertFor(caller: Caller): void {
      if (inspector && inspector.watchers() >= MAX_WATCHERS) throw new TooManyWatchers(MAX_WATCHERS)
      const own = [...watching.values()].filter((name) => name === nameOf(caller)).length
      if (own >= WATCHERS_OF_ONE) throw new TooManyWatchers(WATCHERS_OF_ONE)
    },
    enter(socket: WebSocket, caller: Caller): void {
      watching.set(socket, nameOf(caller))
      socket.once('close', () => watching.delete(socket))
    }
  }
}

/** A page can send nothing of its own with a WebSocket but the names of protocols. */
function ticketOf({ headers }: FastifyRequest): string {
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? []
  return offered.find((name) => name.startsWith('ticket.'))?.slice('ticket.'.length) ?? ''
}
