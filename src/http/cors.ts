import cors from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'

export interface CrossOrigin {
  enabled: boolean
  /** As a browser writes them, or `*`. */
  origins: readonly string[]
}

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']

/**
 * Lets pages of these origins use the API (Fetch, "CORS protocol"). Registered before all hooks that refuse a request: a page may
 * read a refusal too, and a preflight shows no key. Other questions with OPTIONS go on, to a peer for example.
 */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  const origin = origins.includes('*') ? '*' : [...origins]
  // No cookie counts here, so credentials are never allowed and "all headers" may be read.
  const shared = { origin, methods: METHODS, exposedHeaders: '*', maxAge: 600 }
  await app.register(cors, {
    delegator: (request: FastifyRequest, decided) => decided(null, { ...shared, preflight: isPreflight(request) })
  })
}

/** By these headers a page of an allowed origin may read an answer that leaves before the hook. */
export function readableFrom(page: string | undefined, { enabled, origins }: CrossOrigin): Record<string, string> {
  if (!enabled) return {}
  const allowed = origins.includes('*') ? '*' : origins.find((origin) => origin === page)
  return {
    vary: 'Origin',
    ...(allowed && { 'access-control-allow-origin': allowed, 'access-control-expose-headers': '*' })
  }
}

const isPreflight = ({ method, headers }: FastifyRequest) =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined
