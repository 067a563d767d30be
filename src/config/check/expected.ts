import { type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { remark, secret } from '../keys.ts'
import { faultOfFormat } from './formats.ts'

/** What is wrong with a value by its schema, in words; undefined when nothing is. */
export function explain(schema: TSchema, value: unknown): string | undefined {
  const reason = typeof value === 'string' ? faultOfFormat(schema, value) : undefined
  if (reason === undefined && Value.Check(schema, value)) return undefined
  return `expected ${reason ?? expected(schema)}${got(schema, value)}`
}

/** What a key wants. */
function expected(schema: TSchema): string {
  const said = remark(schema, 'expected')
  if (typeof said === 'string') return said
  if (Type.IsEnum(schema)) return `one of ${schema.enum.join(', ')}`
  if (Type.IsLiteral(schema)) return String(schema.const)
  if (Type.IsBoolean(schema)) return 'true or false'
  if (Type.IsInteger(schema)) return `a whole number${range(schema)}`
  if (Type.IsArray(schema)) return `a list${count(schema)}`
  if (Type.IsObject(schema)) return `a section with ${Object.keys(schema.properties).join(', ')}`
  if (Type.IsUnion(schema) && schema.anyOf.every(Type.IsLiteral))
    return `one of ${schema.anyOf.map(expected).join(', ')}`
  if (Type.IsUnion(schema)) return [...new Set(schema.anyOf.map(expected))].join(', or ')
  const longest = remark(schema, 'maxLength')
  return typeof longest === 'number' ? `text of at most ${longest} characters` : 'text'
}

function range(schema: TSchema): string {
  const [least, most] = [remark(schema, 'minimum'), remark(schema, 'maximum')]
  return least === undefined || most === undefined ? '' : ` from ${least} to ${most}`
}

function count(schema: TSchema): string {
  const [least, most] = [remark(schema, 'minItems') ?? 0, remark(schema, 'maxItems')]
  return most === undefined ? '' : ` of ${least} to ${most} entries`
}

/** What was there instead; of a secret only its kind. */
function got(schema: TSchema, value: unknown): string {
  const quotes = typeof value === 'number' || typeof value === 'boolean' ? wantsText(schema) : false
  if (quotes) return `; got a ${typeof value}, put it in quotes`
  if (secret(schema)) return `; got ${kind(value)}`
  const text = JSON.stringify(value) ?? kind(value)
  return `; got ${text.length > 60 ? kind(value) : text}`
}

const wantsText = (schema: TSchema): boolean =>
  Type.IsString(schema)
    ? [undefined, 'path'].some((format) => format === remark(schema, 'format'))
    : Type.IsUnion(schema) && schema.anyOf.some(wantsText)

function kind(value: unknown): string {
  if (value === null || value === '') return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a section' : typeof value === 'string' ? 'other text' : `a ${typeof value}`
}
