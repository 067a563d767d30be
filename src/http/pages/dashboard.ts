import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { anybody } from '../access/access.ts'
import { guardPages, TRUSTED_TYPES } from './guard.ts'

/**
 * Serves the built dashboard: `/` and every address of its screens give the page, `/assets` its hashed files for ever.
 * It knows no route of the API; what begins with `/api` and is not there stays a 404 in JSON.
 */
export async function dashboard(app: FastifyInstance, { root }: { root: string }): Promise<void> {
  if (!existsSync(path.join(root, 'index.html'))) {
    app.log.warn('The dashboard is not built; only the API is served.')
    return
  }
  await guardPages(app, TRUSTED_TYPES)
  app.addHook('onSend', async (_, reply) => {
    reply.header('x-robots-tag', 'noindex')
  })
  await app.register(fastifyStatic, {
    root,
    serve: false,
    preCompressed: true,
    cacheControl: false,
    dotfiles: 'ignore',
    setHeaders(reply, file) {
      if (file.includes(`${path.sep}assets${path.sep}`))
        reply.header('cache-control', 'public, max-age=31536000, immutable')
    }
  })
  const file = (request: FastifyRequest, reply: FastifyReply) => reply.sendFile(pathOf(request).slice(1))
  for (const name of ['/theme.js', '/manifest.webmanifest', '/icon.svg']) app.get(name, { config: anybody }, file)
  app.get('/assets/*', { config: anybody }, file)
  // Read anew: after an upgrade the files that the old page names are gone, though this agent still runs.
  const pageAt = async (request: FastifyRequest, reply: FastifyReply) => {
    const page = await readFile(path.join(root, 'index.html'), 'utf8')
    return reply.type('text/html; charset=utf-8').send(leadingUp(page, pathOf(request)))
  }
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
