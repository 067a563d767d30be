import { readFileSync } from 'node:fs'
import path from 'node:path'
import Schema from 'typebox/schema'
import { isRecord } from '../../src/untyped.ts'

/** One answer of a node, by the route that gave it. */
export interface Given {
  /** `GET /api/cluster/peers/{name}` */
  route: string
  status: number
  type: string
  text: string
}

const document = JSON.parse(readFileSync(path.join(import.meta.dirname, '..', '..', 'docs', 'openapi.json'), 'utf8'))

/** A route of Fastify's as the API document names it; what goes through the proxy is the route at its end. */
export const routeOf = (method: string, url: string) =>
  `${method} ${url.replace(/^\/api\/cluster\/peers\/:\w+\/proxy\//, '/api/').replace(/:(\w+)/g, '{$1}')}`

/** What is wrong with an answer, by the API document: what is missing, of another kind, or known to nobody. */
export function faultsOf({ route, status, type, text }: Given): string[] {
  const [method = '', place = ''] = route.split(' ')
  const operation = document.paths[place]?.[method.toLowerCase()]
  if (!operation) return [`${route} is not in the API document`]
  const said = operation.responses[status] ?? operation.responses.default ?? operation.responses['4XX']
  if (!said) return [`${route} never answers ${status}`]
  if (status >= 400) return []
  const schema = said.content?.['application/json']?.schema
  if (type.startsWith('application/x-ndjson')) return linesOf(text).flatMap((line) => checked(route, schema, line))
  if (!type.startsWith('application/json') || !schema) return []
  return checked(route, schema, JSON.parse(text))
}

/** Each line of a streamed aggregate as the aggregate of one server. */
const linesOf = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map((line) =>
      'summary' in line ? undefined : { servers: { [line.name]: line }, summary: { answered: 1, failed: 0, total: 1 } }
    )
    .filter((one) => one !== undefined)

function checked(route: string, schema: unknown, value: unknown): string[] {
  const whole: object = { components: closed(document.components), ...Object(closed(schema)) }
  const [, errors] = Schema.Errors(whole, value)
  return errors.map(({ instancePath, message }) => `${route} ${instancePath} ${message}`)
}

/** Only what a schema names may be there, so that an invented field is found too. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (!isRecord(schema)) return schema
  if (Array.isArray(schema.allOf)) return closed(joined(schema.allOf.map(resolved)))
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, part]) => [key, key === 'examples' ? part : closed(part)])
  )
  return isRecord(inner.properties) && inner.type === 'object' && !('additionalProperties' in inner)
    ? { ...inner, additionalProperties: false }
    : inner
}

const resolved = (schema: { $ref?: string }) =>
  schema.$ref === undefined ? schema : document.components.schemas[schema.$ref.split('/').at(-1) ?? '']

/** An object that is described in parts, as one. */
const joined = (parts: readonly { required?: string[]; properties?: object }[]) => ({
  type: 'object',
  required: parts.flatMap(({ required = [] }) => required),
  properties: Object.assign({}, ...parts.map(({ properties }) => properties))
})
