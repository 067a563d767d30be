import { isRecord } from '../untyped.ts'
import { FOREIGN } from './check/foreign.ts'
import { ConfigFile } from './schema.ts'

/** Words of our own in the schema: an editor has no use for them. */
const OURS = new Set(['expected', 'longestMs', 'blank'])
const OUR_FORMATS = new Set([
  'go-duration',
  'base-url',
  'http-url',
  'peer-name',
  'listen-host',
  'trusted-network',
  'engine',
  'smtp-url',
  'path',
  'header-value'
])

/** The config as JSON Schema for editors: nothing that has a default is required, FlatRun's sections are known. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = plain(ConfigFile)
  const properties = isRecord(schema) && isRecord(schema.properties) ? schema.properties : {}
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'flatrun-cluster config',
    ...(isRecord(schema) ? schema : {}),
    properties: { ...properties, ...foreign(''), cluster: withForeign(properties.cluster) }
  }
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (!isRecord(value)) return value
  const kept = Object.entries(value).filter(
    ([word, inner]) => !OURS.has(word) && !(word === 'format' && typeof inner === 'string' && OUR_FORMATS.has(inner))
  )
  const section = Object.fromEntries(kept.map(([word, inner]) => [word, plain(inner)]))
  if (!Array.isArray(value.required) || !isRecord(value.properties)) return section
  const { properties } = value
  const required = value.required.filter((name) => {
    const property = properties[name]
    return !(isRecord(property) && 'default' in property)
  })
  const { required: _, ...rest } = section
  return required.length > 0 ? { ...rest, required } : rest
}

function foreign(section: string) {
  const prefix = section ? `${section}.` : ''
  const names = [...FOREIGN].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
  return Object.fromEntries(
    names
      .filter((name) => !name.includes('.'))
      .map((name) => [name, { description: 'FlatRun’s; accepted and ignored' }])
  )
}

const withForeign = (cluster: unknown) =>
  isRecord(cluster) && isRecord(cluster.properties)
    ? { ...cluster, properties: { ...cluster.properties, ...foreign('cluster') } }
    : cluster
