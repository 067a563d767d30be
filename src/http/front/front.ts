import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../../cluster/access/caller.ts'
import { PermissionDenied } from '../../errors/requests.ts'
import type { FlatRunAgent } from '../../flatrun/agent.ts'
import { FlatRunClusterOn, NotFromHere } from '../../flatrun/faults.ts'
import type { Holder } from '../../flatrun/keys.ts'
import type { Mode } from '../../flatrun/rights.ts'
import type { FlatRunState } from '../../flatrun/watch.ts'
import { ofFlatRun } from '../access/access.ts'
import { assertReach, partFor } from '../access/scope.ts'
import { readSigned } from '../bodies.ts'
import { forward } from '../forwarding/forward.ts'
import { createTunnels } from '../forwarding/tunnel.ts'
import type { LocalNode } from '../services.ts'
import { isFromHere } from './near.ts'
import { createPlaces } from './path.ts'
import { toFlatRun } from './to-flatrun.ts'
import { type Bearer, classOf, WAYS } from './ways.ts'

/** FlatRun's agent behind this one, and the keys with which callers go on to it whom it does not know. */
export interface Front {
  agent: Pick<FlatRunAgent, 'ask' | 'forward'>
  state: () => FlatRunState
  /** It failed a caller. */
  doubt(): void
  keys: {
    /** @throws FlatRunKeyMissing */
    admin(): string
    /** @throws FlatRunKeyMissing, FlatRunKeyRefused, PermissionDenied */
    keyOf(holder: Holder, mode: Mode): Promise<string>
    refused(holder: Holder, mode: Mode, key: string): Promise<void>
  }
}

/** Passes a request on to FlatRun's agent. */
export type Pass = (request: FastifyRequest, reply: FastifyReply) => void

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Operators of this agent that may only read share one key of FlatRun's. */
export const READERS_HOLDER: Holder = { id: 'readers', name: 'operators that read' }

/** How a request goes on that is none of this agent's own: the table of `ways.ts`, carried out. */
export function createPass(app: FastifyInstance, front: Front, local: LocalNode): Pass {
  const { tunnel, closeAll } = createTunnels()
  app.addHook('preClose', async () => closeAll())

  const placeOf = createPlaces()

  return function pass(request, reply) {
    const { raw, caller, method } = request
    const path = placeOf(raw.url ?? '')
    if (path === undefined) return reply.callNotFound()
    if (front.state().clusterOn) throw new FlatRunClusterOn()
    const head = app.upgradeHeads.get(raw)
    const mode: Mode = READING.has(method) && head === undefined ? 'read' : 'write'
    const kind = classOf(path, { reads: mode === 'read', opensSocket: head !== undefined })
    if (kind === 'report' && !isReport(request)) throw new NotFromHere()
    if (caller.kind === 'peer') assertInside(caller, path, { mode, request })

    const go = (authorization: string | undefined, onRefused?: () => void) => {
      const way = toFlatRun(request, front, { authorization, onRefused })
      if (head) tunnel(request, reply, way, head)
      else forward(request, reply, way)
    }
    const bearer = bearerOf(caller)
    switch (WAYS[kind][bearer]) {
      case 'as it came':
        return go(request.headers.authorization)
      case 'without a key':
        return go(undefined)
      case 'with the admin key':
        return go(`Bearer ${front.keys.admin()}`, () => {})
      case 'with a key of its own':
        return withItsOwn(holderOf(caller), mode)
      case 'here':
        return answerHere(path, { caller, local, reply })
      case 'refused':
        throw new PermissionDenied('an operator’s key')
    }

    function withItsOwn(holder: Holder, asked: Mode): void {
      front.keys.keyOf(holder, asked).then(
        (key) => {
          const onRefused = () => void front.keys.refused(holder, asked, key).catch(() => {})
          if (!reply.raw.destroyed) go(`Bearer ${key}`, onRefused)
        },
        (error) => void reply.send(error)
      )
    }
  }
}

/** What peers read of this server is cut to their grants, and signed. */
function answerHere(
  path: string,
  { caller, local, reply }: { caller: Caller; local: LocalNode; reply: FastifyReply }
): void {
  const part = partFor(caller, local)
  const answers: Record<string, () => Promise<object>> = {
    '/api/deployments': part.deployments,
    '/api/stats': part.stats,
    '/api/capacity': part.capacity
  }
  answers[path]?.().then(
    (answer) => reply.send(answer),
    (error) => reply.send(error)
  )
}

/** Everything below `/api` that no route of this agent's takes. */
export async function registerFront(app: FastifyInstance, pass: Pass): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (request, body, done) => {
      if (request.signed?.bodyDigest === undefined) return done(null, body)
      // A signed body is looked at before anything is done with it.
      readSigned(request, body).then((whole) => done(null, whole), done)
    })
    scope.route({ method: METHODS, url: '/api/*', config: ofFlatRun, handler: pass })
  })
}

/** Where no key is asked for, nobody's is used either. */
export function bearerOf(caller: Caller): Bearer {
  if (caller.kind === 'peer') return 'peer'
  if (caller.kind === 'nobody' || caller.keyDigest === '') return 'nobody'
  if (caller.ofFlatRun) return 'of FlatRun'
  return caller.canWrite ? 'writer here' : 'reader here'
}

const holderOf = (caller: Caller): Holder =>
  caller.kind === 'peer' ? { id: caller.id, name: `peer ${caller.name}` } : READERS_HOLDER

/** Not through anything in front of this agent: everybody would come from here. */
const isReport = ({ raw }: FastifyRequest) =>
  isFromHere(raw.socket.remoteAddress) &&
  !['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'].some((name) => name in raw.headers)

/** A peer's key is FlatRun's to judge; what names a deployment is looked at here as well, and what it asked to be narrowed to. */
function assertInside(caller: Caller, path: string, { mode, request }: { mode: Mode; request: FastifyRequest }): void {
  const [, name] = /^\/api\/deployments\/([^/]+)(?:\/|$)/.exec(path) ?? []
  const narrowed = request.headers['x-flatrun-deployment']
  const isNarrowed = typeof narrowed === 'string' && narrowed !== ''
  if (name !== undefined) assertReach(caller, `deployments:${mode}`, name)
  if (isNarrowed && name !== narrowed && !(mode === 'read' && path === '/api/deployments'))
    throw new PermissionDenied(`deployments:${mode} for "${narrowed}"`)
}
