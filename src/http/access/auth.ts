import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../../cluster/access/caller.ts'
import { PermissionDenied, Unauthorized } from '../../errors/requests.ts'
import { narrowedTo, permissionsOf } from '../../schemas/grant.ts'
import type { LinkSockets } from '../sockets/link-sockets.ts'
import type { OpenAnswers } from '../sockets/open-answers.ts'
import { type Access, isOpen, type RouteAccess } from './access.ts'
import { createIdentification, type IdentificationOptions, NOBODY } from './identification.ts'
import { peerOf } from './peer-caller.ts'

interface AuthOptions extends IdentificationOptions {
  openAnswers: Pick<OpenAnswers, 'note' | 'admits' | 'review'>
  links: Pick<LinkSockets, 'peerAt' | 'assertOwn'>
  /** A member asks, on a connection that it opened. */
  heard: (memberId: string, address: () => string) => void
}

/** Finds out who is calling, and turns away who may not. Needs every route to say who may. */
export function authenticate(app: FastifyInstance, { openAnswers, links, heard, ...how }: AuthOptions): void {
  const callerOf = createIdentification(how)
  // A property of its own, since defining one on each request would cost as much as finding out who calls.
  app.decorateRequest('identified')
  app.decorateRequest('caller', {
    getter() {
      return this.identified ?? NOBODY
    }
  })
  app.decorateRequest('signed')

  app.decorate('openAnswers', openAnswers)
  const table: RouteAccess[] = []
  app.decorate('accessTable', table)
  app.addHook('onRoute', (route) => {
    if (!route.config?.access) throw new Error(`${String(route.method)} ${route.url} does not say who may call it`)
    for (const method of [route.method].flat()) table.push({ method, url: route.url, access: route.config.access })
  })

  // Only a session has to be waited for: each wait costs every request a turn of the queue.
  app.addHook('onRequest', (request, reply, done) => {
    const access = request.routeOptions.config.access
    if (!access) return done()
    // Looked at first: of a connection that ends while a session is read, it could not be told any more whose it was.
    const peer = links.peerAt(request.raw.socket)
    if (request.raw.socket.destroyed) return done(new Unauthorized('The connection ended before it was known who asks'))
    const caller = callerOf(request, access)
    const known = (one: Caller) => {
      links.assertOwn(peer, one)
      if (one.kind === 'peer' && peer === undefined) heard(one.id, () => request.ip)
      admit(one, access, request, reply)
    }
    if (caller instanceof Promise) return void caller.then(known).then(() => done(), done)
    known(caller)
    done()
  })

  function admit(caller: Caller, access: Access, request: FastifyRequest, reply: FastifyReply) {
    request.identified = narrowed(caller, request)
    const known = request.identified
    // What it says of itself is answered to the end, also that it leaves.
    if (known.kind !== 'nobody' && !isOfItself(access)) openAnswers.note(known, request, reply)
    assertAllowed(known, access)
  }
}

function assertAllowed(caller: Caller, access: Access): void {
  if (isOpen(access)) return
  if (isOfItself(access)) {
    // The holder of an old key must not get a new one for it, nor confirm or leave in the peer's name.
    if (peerOf(caller).outdated) throw new Unauthorized('This key has a successor; use that one')
    return
  }
  const allowed = caller.kind === 'operator' || (caller.kind === 'peer' && access.peers === true)
  if (!allowed || !('permissions' in caller) || !caller.permissions.has(access.need))
    throw new PermissionDenied(access.need)
}

/** A peer may ask to be treated as if its grants named one deployment: FlatRun's UI does so for its users. */
function narrowed(caller: Caller, { headers }: FastifyRequest): Caller {
  const deployment = headers['x-flatrun-deployment']
  if (caller.kind !== 'peer' || typeof deployment !== 'string' || deployment === '') return caller
  const grants = narrowedTo(deployment, caller.grants)
  return { ...caller, grants, permissions: permissionsOf(grants) }
}

const isOfItself = (access: Access): access is { peerItself: true } => !isOpen(access) && 'peerItself' in access
