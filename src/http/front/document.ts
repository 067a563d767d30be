import type { FastifyInstance } from 'fastify'
import { isRecord } from '../../untyped.ts'
import { anybody } from '../access/access.ts'
import { openApiOf } from '../openapi/openapi.ts'
import { type Section, section } from '../openapi/section.ts'
import type { Front } from './front.ts'
import { isKept } from './ways.ts'

const KEPT_MS = 60_000

/** One description of both agents at one address; FlatRun's command line reads it before each of its commands. */
export function frontDocument(app: FastifyInstance, { agent }: Pick<Front, 'agent'>): void {
  let kept: { text: string; until: number } | undefined

  app.get('/api/openapi.json', { config: anybody }, async (_request, reply) => {
    if (!kept || kept.until < performance.now()) {
      const theirs = await agent.ask({ path: '/api/openapi.json' }).catch(() => undefined)
      const text = JSON.stringify(merged(section(openApiOf(app)), theirs?.status === 200 ? theirs.body : undefined))
      kept = { text, until: performance.now() + KEPT_MS }
    }
    return reply.header('cache-control', 'no-cache').type('application/json; charset=utf-8').send(kept.text)
  })
}

/** Our document with all of theirs that is not ours. */
function merged(ours: Section, theirs: unknown): Section {
  if (!isRecord(theirs)) return ours
  const own = section(section(ours.components).schemas)
  const taken = Object.keys(section(section(theirs.components).schemas)).filter((name) => Object.hasOwn(own, name))
  const other = section(renamed(theirs, new Map(taken.map((name) => [REF + name, `${REF}FlatRun${name}`]))))
  const components = section(other.components)
  const foreign = Object.entries(section(components.schemas)).map(([name, schema]) => [
    taken.includes(name) ? `FlatRun${name}` : name,
    schema
  ])
  const paths = Object.entries(section(other.paths)).filter(([path]) => !isKept(path.replace(/[{}]/g, '')))
  return {
    ...ours,
    paths: { ...Object.fromEntries(paths), ...section(ours.paths) },
    components: {
      ...components,
      ...section(ours.components),
      schemas: { ...Object.fromEntries(foreign), ...own },
      securitySchemes: { ...section(components.securitySchemes), ...section(section(ours.components).securitySchemes) }
    }
  }
}

const REF = '#/components/schemas/'

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return names.get(value) ?? value
  if (Array.isArray(value)) return value.map((one) => renamed(one, names))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, renamed(inner, names)]))
}
