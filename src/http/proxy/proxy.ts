import httpProxy from '@fastify/http-proxy'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ForeignOrigin, PermissionDenied } from '../../errors/requests.ts'
import { type Access, operator } from '../access/access.ts'
import { mayOpenSocket } from '../access/origin.ts'
import { forward } from '../forwarding/forward.ts'
import { createTunnels } from '../forwarding/tunnel.ts'
import { createGate, type GateOptions } from './gate.ts'
import { PROXY_PREFIX } from './mount.ts'
import { type PeerLimits, toPeer } from './to-peer.ts'

export interface ProxyOptions extends PeerLimits {
  find: GateOptions['find']
  /** Pages of other origins that may open WebSockets. */
  openers?: readonly string[]
  maxInFlight?: number
}

const READING = ['GET', 'HEAD']
/** Not TRACE: the peer would answer with the headers that it got, our key among them. */
const WRITING = ['DELETE', 'OPTIONS', 'PATCH', 'POST', 'PUT']

/**
 * Mounts the API of each peer: any method, streams, WebSockets. Of @fastify/http-proxy the routes are used, with their
 * methods, access and untouched bodies; its reply-from is not, though it wants an address that is never asked. That one
 * cannot end a request whose caller leaves before the answer begins, and writes path and query anew, while peers must
 * see them byte for byte. So `forward` and `tunnel` answer, in the plugin's preHandler.
 */
export async function registerProxy(app: FastifyInstance, options: ProxyOptions) {
  const { find, maxInFlight = 128, openers = [] } = options
  const enter = createGate({ find, maxInFlight })
  const { tunnel, closeAll } = createTunnels()
  const { upgradeHeads: heads } = app
  app.addHook('preClose', async () => closeAll())

  /** A hook that never calls back: the answer is its own, and the plugin's handler does not run. */
  function pass(request: FastifyRequest, reply: FastifyReply) {
    const head = heads.get(request.raw)
    if (head) assertMayOpen(request, openers)
    const way = toPeer(request, enter(request, reply), options)
    if (head) tunnel(request, reply, way, head)
    else forward(request, reply, way)
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
function assertMayOpen({ caller, headers, host }: FastifyRequest, openers: readonly string[]) {
  if (!('permissions' in caller) || !caller.permissions.has('cluster:write')) {
    throw new PermissionDenied('cluster:write')
  }
  if (!mayOpenSocket(headers.origin, host, openers)) throw new ForeignOrigin()
}
