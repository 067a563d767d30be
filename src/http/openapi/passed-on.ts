import { PROXY_PREFIX } from '../proxy/mount.ts'
import type { Section } from './section.ts'

const READING = ['get']
const WRITING = ['post', 'put', 'patch', 'delete']

const parameter = (name: string, description: string) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' }
})

const failure = (description: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } }
})

const operation = (method: string): Section => ({
  operationId: `${method}ClusterPeersByNameProxy`,
  summary: 'Pass a request on to a peer',
  description:
    'Any method, query, body, stream or WebSocket, on `/api/{path}` of that peer, with the key that the peer gave this server; the answer comes back as the peer gave it.',
  tags: ['peers'],
  security: [{ bearer: [] }],
  'x-permission': READING.includes(method) ? 'cluster:read' : 'cluster:write',
  'x-callers': ['operator'],
  parameters: [
    parameter('name', 'The peer'),
    parameter('path', 'What follows `/api/` on the peer; it may hold slashes')
  ],
  responses: {
    default: { description: 'What the peer answered' },
    '404': failure('No such peer'),
    '502': failure('The peer could not be reached, or did not answer like an agent'),
    '503': failure('The peer is known to be away'),
    '504': failure('The peer did not answer in time'),
    '508': failure('The request has come round')
  }
})

/** The routes that are no routes of this agent but of its peers: OpenAPI has no word for "any path". */
export const PASSED_ON: Section = {
  [`${PROXY_PREFIX.replace(':name', '{name}')}/{path}`]: Object.fromEntries(
    [...READING, ...WRITING].map((method) => [method, operation(method)])
  )
}
