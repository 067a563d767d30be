import { isRecord } from '../../untyped.ts'
import { type Section, section } from './section.ts'

/**
 * A schema in words that every reader takes. FlatRun's CLI holds a document for broken in which a `type` is no text or
 * `additionalProperties` no schema, and it loses the order of properties where `x-property-order` does not tell it.
 */
export function legible(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(legible)
  if (!isRecord(value)) return value
  const schema = section(Object.fromEntries(Object.entries(value).map(([word, inner]) => [word, legible(inner)])))
  return ordered(typed(open(schema)))
}

function open({ additionalProperties, patternProperties, ...schema }: Section): Section {
  const [record, ...others] = Object.values(section(patternProperties))
  if (record !== undefined && others.length === 0) return { ...schema, additionalProperties: record }
  // The same thing in JSON Schema 2020-12, where no other schema is laid over this one.
  if (additionalProperties === false) return { ...schema, unevaluatedProperties: false }
  return { ...schema, ...(additionalProperties !== undefined && { additionalProperties }) }
}

function typed(schema: Section): Section {
  const { enum: values, type } = schema
  const texts = Array.isArray(values) && values.every((one) => typeof one === 'string')
  return type === undefined && texts ? { type: 'string', ...schema } : schema
}

function ordered(schema: Section): Section {
  if (schema.type !== 'object' || !isRecord(schema.properties)) return schema
  return { ...schema, 'x-property-order': Object.keys(schema.properties) }
}

/** Marks an answer whose one array is what a person wants to see of it. */
export function rendered(schema: unknown): unknown {
  if (!isRecord(schema) || !isRecord(schema.properties)) return schema
  const lists = Object.values(schema.properties).filter((property) => section(property).type === 'array')
  return lists.length === 1 ? { ...schema, 'x-render': 'list' } : schema
}
