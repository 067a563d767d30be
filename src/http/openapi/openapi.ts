import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import type { Version } from '../../schemas/names.ts'
import { describeOperation } from './operation.ts'
import { finish } from './tidy.ts'

const DESCRIPTION = `What this agent answers. Every error has one body: \`error\` and \`code\` as FlatRun's clients read them, the rest as RFC 9457 has it
(send \`Accept: application/problem+json\` to get that media type). Every answer carries \`X-Request-Id\`; send one of your own, 8 to 64 characters
of \`A-Z a-z 0-9 . _ -\`, and it is kept, logged, and passed on.`

const TAGS = [
  { name: 'status', description: 'Whether this agent is well' },
  { name: 'auth', description: 'Signing in with an operator key' },
  { name: 'cluster', description: 'The whole cluster, seen from this server' },
  { name: 'peers', description: 'The servers that have joined this one' },
  { name: 'joining', description: 'Invites, and both sides of a join' },
  { name: 'introductions', description: 'Who members are, and whom they introduce to each other' },
  { name: 'events', description: 'What happens, while it happens' },
  { name: 'alerts', description: 'Who is told when something is wrong' },
  { name: 'security', description: 'Who did what' },
  { name: 'insight', description: 'What goes on inside: running machines, and the config that counts' },
  { name: 'this server', description: 'The deployments and figures of this server alone' }
]

/** Collects the routes as they are registered, so it comes before them. Knows no route by name. */
export async function collectRoutes(app: FastifyInstance, { version }: { version: Version }): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'flatrun-cluster',
        version: version.version,
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' }
      },
      // Relative to the document, which a proxy may show in a folder that only the client sees.
      servers: [{ url: '..', description: 'This agent' }],
      tags: TAGS,
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'An operator key, a session of /api/auth/login, or the key of a peer where that is allowed'
          }
        }
      }
    },
    convertConstToEnum: false,
    // To strip a base path from the routes, the plugin parses the address of each server as an absolute one.
    stripBasePath: false,
    transform: describeOperation
  })
}

/** The OpenAPI 3.1 document of the routes of an app that is ready. */
export const openApiOf = (app: FastifyInstance): Record<string, unknown> => finish(app.swagger())
