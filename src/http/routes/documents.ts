import { Type } from 'typebox'
import { anybody } from '../access/access.ts'
import { openApiOf } from '../openapi/openapi.ts'
import type { Routes } from './routes.ts'

/** The description of this API, for programs: FlatRun's CLI reads it before each of its commands. */
export function documentRoutes(app: Routes): void {
  let text: string | undefined

  app.get(
    '/api/openapi.json',
    {
      config: anybody,
      schema: {
        tags: ['status'],
        summary: 'This document',
        response: { 200: Type.Object({ openapi: Type.String() }, { description: 'OpenAPI 3.1' }) }
      }
    },
    async (_, reply) => {
      text ??= JSON.stringify(openApiOf(app))
      const known = text
      return reply
        .header('cache-control', 'no-cache')
        .type('application/json; charset=utf-8')
        .serializer(() => known)
        .send({ openapi: '3.1.0' })
    }
  )
}
