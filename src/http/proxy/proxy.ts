import httpProxy from '@fastify/http-proxy'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PermissionDenied } from '../../errors.ts'
import { type Access, operator } from '../access/access.ts'
import { createGate, type GateOptions } from './gate.ts'
import { PROXY_PREFIX } from './mount.ts'
import { type RelayOptions, relay } from './relay.ts'
import { createTunnels } from './tunnel.ts'

export interface ProxyOptions {
  find: GateOptions['find']
  reportFailure?: RelayOptions['reportFailure']
  /** Pages of other origins that may open WebSockets. */
  openers?: readonly string[]
  maxInFlight?: number
  /** How long a peer may take to begin its answer. */
  deadlines: RelayOptions['deadlines']
}

const READING = ['GET', 'HEAD']
/** Not TRACE: the peer would answer with the headers that it got, our key among them. */
const WRITING = ['DELETE', 'OPTIONS', 'PATCH', 'POST', 'PUT']

/**
 * Mounts the API of each peer: any method, streams, WebSockets. Of @fastify/http-proxy the routes are used, with their
 * methods, access and untouched bodies; its reply-from is not, though it wants an address that is never asked. That one
 * cannot end a request whose caller leaves before the answer begins, and writes path and query anew, while peers must
 * see them byte for byte. So `relay` and `tunnel` answer, in the plugin's preHandler.
 */
export async function registerProxy(app: FastifyInstance, options: ProxyOptions) {
  const { find, deadlines, maxInFlight = 128, openers = [] } = options
  const enter = createGate({ find, maxInFlight })
  const limits = { deadlines, ...(options.reportFailure && { reportFailure: options.reportFailure }) }
  const { tunnel, closeAll } = createTunnels({ ...limits, openers })
  const { upgradeHeads: heads } = app
  app.addHook('preClose', async () => closeAll())

  /** A hook that never calls back: the answer is its own, and the plugin's handler does not run. */
  function pass(request: FastifyRequest, reply: FastifyReply) {
    const head = heads.get(request.raw)
    if (head) assertMayWrite(request)
    const passage = enter(request, reply)
    if (head) tunnel(request, reply, passage, head)
    else relay(request, reply, passage, limits)
  }

  // Who may call is decided by these before anything else, and so before our own key comes into play.
  await route(READING, operator('cluster:read'))
  await route(WRITING, operator('cluster:write'))

  async function route(methods: string[], config: { access: Access }) {
    await app.register(async (scope) => {
      scope.removeAllContentTypeParsers()
      await scope.register(httpProxy, {
        prefix: PROXY_PREFIX,
        rewritePrefix: '/api',
        upstream: '',
        config,
        httpMethods: methods,
        replyOptions: { getUpstream: () => 'http://peer.invalid' },
        preHandler: pass
      })
    })
  }
}

/** A WebSocket begins as a GET, and can do anything from there on. */
function assertMayWrite({ caller }: FastifyRequest) {
  if (!('permissions' in caller) || !caller.permissions.has('cluster:write')) {
    throw new PermissionDenied('cluster:write')
  }
}
