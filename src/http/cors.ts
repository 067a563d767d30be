import cors from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']

/**
 * Lets pages of these origins use the API (Fetch, "CORS protocol"). Comes before whoever refuses a request: a page may
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

const isPreflight = ({ method, headers }: FastifyRequest) =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined
