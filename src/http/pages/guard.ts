import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

type Directives = Record<string, string[]>

const OWN = ["'self'"]
const NONE = ["'none'"]

/** No string ever becomes markup or code. */
export const TRUSTED_TYPES: Directives = { requireTrustedTypesFor: ["'script'"], trustedTypes: NONE }

/**
 * The headers of a page of ours, for all that its scope answers: nothing inline, nothing from elsewhere, in nobody's
 * frame. `more` is what one page needs besides, or gives up.
 */
export async function guardPages(scope: FastifyInstance, more: Directives): Promise<void> {
  const directives = {
    ...{
      defaultSrc: NONE,
      scriptSrc: OWN,
      styleSrc: OWN,
      imgSrc: OWN,
      fontSrc: OWN,
      connectSrc: OWN,
      manifestSrc: OWN
    },
    ...{ baseUri: NONE, formAction: NONE, frameAncestors: NONE },
    ...more
  }
  await scope.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives },
    frameguard: { action: 'deny' },
    hsts: false
  })
  scope.addHook('onSend', async (_, reply) => {
    reply.header('permissions-policy', 'camera=(), geolocation=(), microphone=()')
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-cache')
  })
}
