import { existsSync } from 'node:fs'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { isRecord } from '../../untyped.ts'
import { anybody } from '../access/access.ts'
import { guardPages } from './guard.ts'

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>flatrun-cluster API</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="stylesheet" href="docs/dark.css">
<div id="ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
`

/** Swagger UI knows one theme; where the system is dark its colours are turned round, and hues stay what they are. */
const DARK = `:root { color-scheme: light dark }
@media (prefers-color-scheme: dark) {
  html { background: #111 }
  #ui { filter: invert(0.92) hue-rotate(180deg) }
}
`

/** A browser that is signed in to the dashboard of this address is asked for no key here. */
const START = `const kept = (store) => { try { return store.getItem(key) } catch { return null } }
const folder = location.pathname.replace(/docs$/, '')
const key = folder === '/' ? 'flatrun-cluster.token' : 'flatrun-cluster.token ' + folder
const token = kept(sessionStorage) ?? kept(localStorage)
SwaggerUIBundle({
  url: 'api/openapi.json',
  dom_id: '#ui',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (token && !request.headers.Authorization) request.headers.Authorization = 'Bearer ' + token
    return request
  }
})
`

const FILES = new Set(['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'])

/** Swagger UI at `/docs`, without network. It knows nothing but where the document is. */
export async function docs(app: FastifyInstance): Promise<void> {
  const files = folders().find((folder) => existsSync(path.join(folder, 'swagger-ui-bundle.js')))
  if (!files) {
    app.log.warn('Swagger UI is not installed; /docs is not served.')
    return
  }
  // Swagger UI draws with data: images.
  await guardPages(app, { imgSrc: ["'self'", 'data:'] })
  await app.register(fastifyStatic, { root: files, serve: false, cacheControl: false })
  // The page names everything relatively, so it also works behind a path prefix: for that it must not end in a slash.
  app.get('/docs', { config: anybody }, (_, reply) => reply.type('text/html; charset=utf-8').send(PAGE))
  app.get('/docs/', { config: anybody }, (_, reply) => reply.redirect('../docs'))
  app.get('/docs/start.js', { config: anybody }, (_, reply) => reply.type('text/javascript; charset=utf-8').send(START))
  app.get('/docs/dark.css', { config: anybody }, (_, reply) => reply.type('text/css; charset=utf-8').send(DARK))
  app.get('/docs/:file', { config: anybody }, (request, reply) => {
    const file = fileOf(request.params)
    return FILES.has(file) ? reply.sendFile(file) : reply.callNotFound()
  })
}

/** In a checkout, and beside the bundled program. */
const folders = () =>
  ['node_modules', 'dist/assets'].map((place) =>
    path.join(import.meta.dirname, '..', '..', '..', place, '@fastify/swagger-ui/static')
  )

const fileOf = (params: unknown): string => (isRecord(params) && params.file !== undefined ? String(params.file) : '')
