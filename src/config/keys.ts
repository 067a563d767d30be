import { type TSchema, Type } from 'typebox'
import { ConfigFile } from './schema.ts'

/** One key that can be set: its dotted name and its schema. Sections are no keys. */
export interface Key {
  readonly key: string
  readonly schema: TSchema
}

/** Every key of the config in the order of the schema. */
export function allKeys(schema: TSchema = ConfigFile, prefix = ''): Key[] {
  if (!Type.IsObject(schema)) return [{ key: prefix, schema }]
  return Object.entries(schema.properties).flatMap(([name, inner]) =>
    allKeys(inner, prefix ? `${prefix}.${name}` : name)
  )
}

/** `cluster.server_name` → `FLATRUN_CLUSTER__SERVER_NAME` */
export const variableOf = (key: string) => `FLATRUN_${key.toUpperCase().replaceAll('.', '__')}`

/** What a schema says about itself besides its type. */
export function remark(schema: TSchema, word: string): unknown {
  return Object.entries(schema).find(([name]) => name === word)?.[1]
}

/** Whether a key holds a secret, whole or in parts. */
export function secret(schema: TSchema): boolean {
  if (remark(schema, 'writeOnly') === true) return true
  if (Type.IsUnion(schema)) return schema.anyOf.some(secret)
  if (Type.IsArray(schema)) return secret(schema.items)
  if (Type.IsObject(schema)) return Object.values(schema.properties).some(secret)
  return false
}
