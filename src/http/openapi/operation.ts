import type { SwaggerTransform } from '@fastify/swagger'
import { type Access, isOpen } from '../access/access.ts'

/**
 * What the document says of one route besides its schema: a stable name, and who may call it. A route without tags is
 * no part of the API (pages, their files) and is left out.
 */
export const describeOperation: SwaggerTransform = ({ schema, url, route }) => {
  if (!schema?.tags?.length) return { schema: { ...schema, hide: true }, url }
  const method = String(route.method).toLowerCase()
  return {
    url,
    schema: {
      operationId: operationId(method, url),
      ...schema,
      ...(schema.produces && !schema.response && { response: { 200: { type: 'string' } } }),
      ...permission(route.config?.access)
    }
  }
}

/** `GET /api/cluster/peers/:name` → `getClusterPeersByName` */
function operationId(method: string, url: string): string {
  const words = url
    .replace(/^\/api\//, '/')
    .split(/[/.-]/)
    .filter(Boolean)
    .map((word) => (word === '*' ? 'any' : word.replace(/^:/, 'by_')))
  return [method, ...words.flatMap((word) => word.split('_')).map(capitalized)].join('')
}

const capitalized = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

function permission(access: Access | undefined): Record<string, unknown> {
  if (access === undefined || isOpen(access)) return { security: [] }
  const security = [{ bearer: [] }]
  if ('peerItself' in access) return { security, 'x-permission': 'peer', 'x-callers': ['peer'] }
  return { security, 'x-permission': access.need, 'x-callers': access.peers ? ['operator', 'peer'] : ['operator'] }
}
