import type { IncomingMessage } from 'node:http'
import helmet from '@fastify/helmet'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync, LogController } from 'fastify'
import { LINK_PROTOCOL } from '../remote/links/protocol.ts'
import { authenticate } from './access/auth.ts'
import { createOwnPage } from './access/own-page.ts'
import { refuseRepeatedHeaders } from './access/repeated-headers.ts'
import { signAnswers } from './access/signed-answers.ts'
import { readBodies } from './bodies.ts'
import { allowOrigins, type CrossOrigin } from './cors.ts'
import { createEarlyAnswers, refuseWhileStopping } from './early-answers.ts'
import { answerErrors } from './errors.ts'
import { frontDocument } from './front/document.ts'
import { createPass, type Front, registerFront } from './front/front.ts'
import { registerSignIn } from './front/sign-in.ts'
import { type RequestWatch, watchRequests } from './metrics.ts'
import { collectRoutes } from './openapi/openapi.ts'
import { requestId } from './request-id.ts'
import { OF_FLATRUN, ROUTES } from './routes/all.ts'
import { auditRequests } from './routes/audit.ts'
import type { Services } from './services.ts'
import type { ConnectionLimits } from './sockets/connection-limiter.ts'
import { closeUnused } from './sockets/idle-sockets.ts'
import { CONNECTION_LIMITS, limitConnections } from './sockets/limit-connections.ts'
import type { LinkSockets } from './sockets/link-sockets.ts'
import type { OpenAnswers } from './sockets/open-answers.ts'
import { endRefusedUpgrades } from './sockets/refused-upgrades.ts'
import { limitBodies } from './sockets/unfinished-bodies.ts'
import { acceptUpgrades } from './sockets/upgrades.ts'
import { compileValidator, schemaController } from './validation.ts'

export interface AppOptions {
  services: Services
  log: FastifyBaseLogger
  /** Where answers under way are noted, to end them with the keys. */
  openAnswers: OpenAnswers
  /** Connections of ours on which peers ask. */
  links: LinkSockets
  authEnabled: boolean
  /** The names that this server is called by. */
  ownHosts: () => readonly string[]
  trustProxy: boolean | readonly string[]
  cors: CrossOrigin
  https?: { key: string; cert: string }
  limits?: Limits | undefined
  /** Told of every request. */
  watch?: RequestWatch
  /** Further parts, each in a scope of its own: the proxy, the dashboard, metrics, the inspector. */
  parts?: readonly FastifyPluginAsync[]
}

/** What a connection may take, and the time that strangers have. */
export interface Limits extends Partial<ConnectionLimits> {
  headersMs?: number
  handshakeMs?: number
}

const BODY_LIMIT = 65_536

/** The HTTP surface. Knows the use-cases, and neither the store nor the machines. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { services, log, parts = [], openAnswers, links } = options
  const app = createServer(options)
  closeUnused(app, { https: options.https !== undefined })
  answerErrors(app)
  // Before all hooks that refuse: a hook after a refusal is not called.
  endRefusedUpgrades(app)
  if (options.watch) watchRequests(app, { watch: options.watch, peerNamed: services.membership.nameOf })
  if (options.cors.enabled) await allowOrigins(app, options.cors.origins)
  refuseWhileStopping(app)
  refuseRepeatedHeaders(app)
  acceptUpgrades(app)
  const ownPage = options.authEnabled
    ? undefined
    : createOwnPage({ hosts: options.ownHosts, origins: options.cors.origins })
  const identify = () =>
    authenticate(app, { callers: services.callers, ownPage, openAnswers, links, heard: services.elsewhere.heard })
  limitConnections(app, () => limitBodies(app, identify), { ...CONNECTION_LIMITS, ...options.limits })
  readBodies(app)
  signAnswers(app)
  auditRequests(app, { audit: services.audit, introducerOf: services.membership.introducerOf })
  app.addHook('onSend', async (request, reply) => void reply.header('x-request-id', request.id))
  await collectRoutes(app, { version: services.self.version })

  await app.register(async (api) => {
    await api.register(helmet, {
      contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
      hsts: false
    })
    api.addHook('onSend', async (_, reply) => {
      if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    })
    for (const routes of ROUTES) {
      if (services.front && OF_FLATRUN.includes(routes)) continue
      await api.register(async (scope) => routes(scope.withTypeProvider<TypeBoxTypeProvider>(), services))
    }
  })
  if (services.front) await standInFront(app, services.front, services)
  for (const part of parts) await app.register(part)
  log.debug('routes are ready')
  return app
}

async function standInFront(app: FastifyInstance, front: Front, { local, callers }: Services): Promise<void> {
  const pass = createPass(app, front, local)
  frontDocument(app, front)
  await registerSignIn(app, callers, pass)
  await registerFront(app, pass)
}

function createServer({ log, trustProxy, https, cors, limits = {} }: AppOptions): FastifyInstance {
  const { headersMs = 10_000, handshakeMs = 10_000 } = limits
  const http = {
    headersTimeout: headersMs,
    connectionsCheckingInterval: Math.min(2_000, headersMs),
    // Most requests have no body: without a stream for it, one that is passed on costs 6 % less.
    optimizeEmptyRequests: true,
    // What asks for any other protocol is answered as if it had not (RFC 9110 §7.8), with all limits of a request.
    shouldUpgradeCallback: ({ headers, url }: IncomingMessage) => {
      const protocol = headers.upgrade?.toLowerCase()
      return (
        protocol === 'websocket' || (protocol === LINK_PROTOCOL && url?.startsWith('/api/cluster/reverse') === true)
      )
    }
  }
  const options = {
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    requestIdHeader: false as const,
    bodyLimit: BODY_LIMIT,
    // Trusts only the last hop of X-Forwarded-For: a caller may have written everything before it.
    trustProxy: typeof trustProxy === 'boolean' ? trustProxy && isNearest : [...trustProxy],
    connectionTimeout: 0,
    // By the clock, an upload that is passed on would end in the middle: bodies are limited by what comes of them.
    requestTimeout: 0,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle' as const,
    routerOptions: { maxParamLength: 512 },
    ...{ http, schemaController, return503OnClosing: false },
    ...createEarlyAnswers(cors)
  }
  // With TLS, Fastify looks at no other options of the server than these.
  const app = https
    ? Fastify({ ...options, https: { ...http, ...https, handshakeTimeout: handshakeMs } })
    : Fastify(options)
  app.setValidatorCompiler(compileValidator)
  return app
}

const isNearest = (_address: string, hop: number) => hop === 0
