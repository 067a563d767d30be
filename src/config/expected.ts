import { type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { DAY_MS, parseDuration } from '../schemas/duration.ts'
import { PEER_NAME_PATTERN } from '../schemas/names.ts'
import { remark, secret } from './keys.ts'

/** What is wrong with a value by its schema, in words; undefined when nothing is. */
export function explain(schema: TSchema, value: unknown): string | undefined {
  const format = remark(schema, 'format')
  const reason = typeof value === 'string' && typeof format === 'string' ? byFormat(format, schema, value) : undefined
  if (reason === undefined && Value.Check(schema, value)) return undefined
  return `expected ${reason ?? expected(schema)}${got(schema, value)}`
}

function byFormat(format: string, schema: TSchema, text: string): string | undefined {
  if (format === 'go-duration') return byDuration(schema, text)
  if (format === 'base-url') return byBaseUrl(text)
  if (format === 'http-url') return webAddress(text) ? undefined : 'an http or https address'
  if (format === 'peer-name') return new RegExp(PEER_NAME_PATTERN).test(text) ? undefined : expected(schema)
  return undefined
}

function byDuration(schema: TSchema, text: string): string | undefined {
  const ms = parseDuration(text)
  if (ms === undefined) return 'a duration such as 500ms, 30s or 1h30m'
  if (ms < 1) return 'a duration of more than zero'
  const longest = remark(schema, 'longestMs')
  if (typeof longest === 'number' && ms > longest) return `a duration of at most ${inDays(longest)}`
  return undefined
}

const inDays = (ms: number) => (ms === DAY_MS ? '24h' : `${Math.floor(ms / DAY_MS)}d`)

function byBaseUrl(text: string): string | undefined {
  const url = webAddress(text)
  if (!url) return 'an http or https address such as http://192.0.2.10:8090'
  if (url.username || url.password) return 'an address without user and password'
  if (url.search || url.hash || /[?#]/.test(text)) return 'an address without query and fragment'
  if (/\/\.{1,2}(\/|$)|%2e/i.test(text.slice(text.indexOf('//') + 2))) return 'an address without dot segments'
  if (['0.0.0.0', '[::]'].includes(url.hostname)) return 'an address that peers can dial, which 0.0.0.0 and :: are not'
  return undefined
}

function webAddress(text: string): URL | undefined {
  if (!/^https?:\/\/[^\s/]/i.test(text) || /\s/.test(text) || !URL.canParse(text)) return undefined
  return new URL(text)
}

/** What a key wants. */
export function expected(schema: TSchema): string {
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
  Type.IsString(schema) ? remark(schema, 'format') === undefined : Type.IsUnion(schema) && schema.anyOf.some(wantsText)

function kind(value: unknown): string {
  if (value === null || value === '') return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a section' : typeof value === 'string' ? 'other text' : `a ${typeof value}`
}
