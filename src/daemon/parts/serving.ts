import type { FastifyBaseLogger, FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Self } from '../../cluster/peers/self.ts'
import type { Config } from '../../config/config.ts'
import { buildApp, type Limits } from '../../http/app.ts'
import type { RequestWatch } from '../../http/metrics.ts'
import { dashboard } from '../../http/pages/dashboard.ts'
import { docs } from '../../http/pages/docs.ts'
import type { Services } from '../../http/services.ts'
import type { OpenAnswers } from '../../http/sockets/open-answers.ts'
import type { Closing } from '../closing.ts'
import { builtDashboard, ownHosts } from '../listen.ts'
import type { ServedTls } from '../tls.ts'
import type { Reaching } from './reaching.ts'

interface ServingOptions {
  config: Config
  log: FastifyBaseLogger
  self: Self
  services: Omit<Services, 'authEnabled' | 'stopping'>
  openAnswers: OpenAnswers
  reaching: Reaching
  served: ServedTls | undefined
  limits: Limits | undefined
  watch: RequestWatch
  parts: readonly FastifyPluginAsync[]
  closing: Closing
}

/** How long requests under way may last after the listener has closed. */
const GRACE_MS = 10_000

/** The HTTP surface as the config wants it. At a stop, requests under way are answered first. */
export async function buildServing(options: ServingOptions): Promise<FastifyInstance> {
  const { config, log, self, served, reaching, closing } = options
  const { api, auth } = config
  let stopping = false
  const app = await buildApp({
    services: { ...options.services, authEnabled: auth.enabled, stopping: () => stopping },
    log,
    openAnswers: options.openAnswers,
    links: reaching.sockets,
    authEnabled: auth.enabled,
    ownHosts: () => ownHosts(config, self),
    trustProxy: api.trustProxy,
    cors: { enabled: api.enableCors, origins: api.allowedOrigins },
    ...(served && { https: { key: served.key, cert: served.cert } }),
    limits: options.limits,
    watch: options.watch,
    parts: [...options.parts, ...(api.docs ? [docs] : []), (scope) => dashboard(scope, { root: builtDashboard() })]
  })
  closing.add(async () => {
    stopping = true
    reaching.wind()
    const graceOver = setTimeout(() => {
      app.server.closeAllConnections()
      reaching.end()
    }, GRACE_MS)
    await Promise.all([app.close(), reaching.over()])
    clearTimeout(graceOver)
    reaching.end()
  })
  return app
}
