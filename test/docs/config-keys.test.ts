import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { type TSchema, Type } from 'typebox'
import { allKeys, remark } from '../../src/config/keys.ts'

const page = path.join(import.meta.dirname, '..', '..', 'docs', 'operations.md')
const KEYS = /(<!-- keys -->\n)[\s\S]*?(<!-- \/keys -->)/

/** `UPDATE=1` writes the table anew, to be read in the diff. */
test('the table of keys says what the schema says', () => {
  const text = readFileSync(page, 'utf8')
  assert.match(text, KEYS)
  const wanted = text.replace(KEYS, (_, begin, end) => `${begin}${table()}${end}`)
  if (process.env.UPDATE) writeFileSync(page, wanted)
  assert.equal(readFileSync(page, 'utf8'), wanted)
})

function table(): string {
  const rows = allKeys().map(({ key, schema }) => {
    const fallback = remark(schema, 'default')
    const written = fallback === '' ? '' : `\`${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}\``
    return `| \`${key}\` | ${kind(schema)} | ${written} | ${String(remark(schema, 'description'))} |\n`
  })
  return `| key | is | default | meaning |\n|---|---|---|---|\n${rows.join('')}`
}

function kind(schema: TSchema): string {
  if (Type.IsEnum(schema)) return schema.enum.join(', ')
  if (Type.IsBoolean(schema)) return 'true, false'
  if (Type.IsArray(schema)) return 'list'
  if (Type.IsUnion(schema)) return [...new Set(schema.anyOf.map(kind))].join(', or ')
  if (Type.IsLiteral(schema)) return String(schema.const)
  if (Type.IsInteger(schema)) return `${remark(schema, 'minimum')} to ${remark(schema, 'maximum')}`
  const format = remark(schema, 'format')
  if (format === 'go-duration') return 'duration'
  return format === 'base-url' || format === 'http-url' ? 'address' : 'text'
}
