import { isRecord } from '../../untyped.ts'
import { EXAMPLES, type Example } from './examples.ts'
import { legible, rendered } from './legible.ts'
import { COLUMNS, NAMED } from './named.ts'
import { PASSED_ON } from './passed-on.ts'
import { mapSection, type Section, section } from './section.ts'

const MEANING: Readonly<Record<string, string>> = {
  '200': 'Done',
  '202': 'Begun',
  '4XX': 'It cannot be done like this; `error` says why',
  '5XX': 'This server, or the peer that was asked, could not do it'
}

/** The document as it is served: shapes by name, and an example for every operation. */
export function finish(document: object): Section {
  const plain = section(JSON.parse(JSON.stringify(document)))
  const names = new Map(Object.entries(NAMED).map(([name, schema]) => [fingerprint(legible(schema)), name]))
  const schemas = mapSection(NAMED, (schema, name) => {
    const named = section(inside(legible(schema), names))
    return COLUMNS[name] ? { ...named, 'x-columns': COLUMNS[name] } : named
  })
  const paths = mapSection(plain.paths, (item, url) =>
    mapSection(item, (operation, method) =>
      described(section(byName(legible(operation), names)), EXAMPLES[`${method.toUpperCase()} ${url}`] ?? {})
    )
  )
  return { ...plain, paths: { ...paths, ...PASSED_ON }, components: { ...section(plain.components), schemas } }
}

function described(operation: Section, { request, answer, accepted }: Example): Section {
  const { requestBody } = operation
  const responses = mapSection(operation.responses, (response, status) =>
    status.startsWith('2')
      ? succeeded(section(response), status, status === '202' ? accepted : answer)
      : failed(section(response), status)
  )
  return {
    ...operation,
    ...(isRecord(requestBody) && { requestBody: { ...requestBody, content: shown(requestBody.content, request) } }),
    responses
  }
}

function succeeded(response: Section, status: string, answer: unknown): Section {
  const content = mapSection(response.content, (media) => ({
    ...section(media),
    schema: rendered(section(media).schema)
  }))
  return {
    ...response,
    description: meaning(response, status),
    ...(response.content !== undefined && { content: shown(content, answer) })
  }
}

function failed(response: Section, status: string): Section {
  const json = section(response.content)['application/json']
  return {
    ...response,
    description: meaning(response, status),
    ...(json !== undefined && { content: { 'application/json': json, 'application/problem+json': json } })
  }
}

const meaning = ({ description }: Section, status: string) =>
  description === 'Default Response' ? (MEANING[status] ?? 'See `error`') : description

const shown = (content: unknown, example: unknown): Section =>
  example === undefined ? section(content) : mapSection(content, (media) => ({ ...section(media), example }))

function byName(value: unknown, names: ReadonlyMap<string, string>): unknown {
  const name = isRecord(value) && value.type === 'object' ? names.get(fingerprint(value)) : undefined
  return name === undefined ? inside(value, names) : { $ref: `#/components/schemas/${name}` }
}

function inside(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((one) => byName(one, names))
  return isRecord(value) ? mapSection(value, (inner) => byName(inner, names)) : value
}

/** Two schemas that say the same are the same, even with other examples. */
const fingerprint = (schema: unknown) =>
  JSON.stringify(schema, (word, inner: unknown) => (word === 'examples' || word === 'example' ? undefined : inner))
