import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { anybody } from '../access/access.ts'

/** Nothing inline, nothing from elsewhere, and no string ever becomes markup or code. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'"
].join('; ')

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex'
}

/**
 * Serves the built dashboard: `/` and every address of its screens give the page, `/assets` its hashed files for ever.
 * It knows no route of the API; what begins with `/api` and is not there stays a 404 in JSON.
 */
export async function dashboard(app: FastifyInstance, { root }: { root: string }): Promise<void> {
  if (!existsSync(path.join(root, 'index.html'))) {
    app.log.warn('The dashboard is not built; only the API is served.')
    return
  }
  await app.register(fastifyStatic, {
    root,
    serve: false,
    preCompressed: true,
    cacheControl: false,
    dotfiles: 'ignore',
    setHeaders(reply, file) {
      for (const [name, value] of Object.entries(HEADERS)) reply.header(name, value)
      const hashed = file.includes(`${path.sep}assets${path.sep}`)
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    }
  })
  const file = (request: FastifyRequest, reply: FastifyReply) => reply.sendFile(pathOf(request).slice(1))
  app.get('/theme.js', { config: anybody }, file)
  app.get('/assets/*', { config: anybody }, file)
  const page = readFileSync(path.join(root, 'index.html'), 'utf8')
  const pageAt = (request: FastifyRequest, reply: FastifyReply) =>
    reply
      .headers(HEADERS)
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(leadingUp(page, pathOf(request)))
  app.get('/', { config: anybody }, pageAt)
  app.get('/*', { config: anybody }, (request, reply) =>
    wantsPage(request) ? pageAt(request, reply) : reply.callNotFound()
  )
}

/**
 * The page names its files relative to the folder in which the dashboard lies, which only a proxy in front may know. How
 * many folders lie between that one and the page is seen from here as well.
 */
function leadingUp(page: string, place: string): string {
  const depth = place.split('/').length - 2
  return depth === 0 ? page : page.replaceAll('="./', `="${'../'.repeat(depth)}`)
}

const pathOf = (request: FastifyRequest) => request.url.split('?', 1)[0] ?? ''

function wantsPage(request: FastifyRequest): boolean {
  return !/^\/api(\/|$)/.test(pathOf(request)) && (request.headers.accept ?? '').includes('text/html')
}
