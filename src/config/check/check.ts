import { type TObject, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { isRecord } from '../../untyped.ts'
import { allKeys, remark } from '../keys.ts'
import { dotted, type Path } from '../path.ts'
import { explain } from './expected.ts'
import { nearest } from './nearest.ts'

const YES_AND_NO: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['no', false],
  ['off', false]
])

export interface Check {
  fault(path: Path, part: 'key' | 'value', message: string): void
  /** A key that is accepted and means nothing. */
  foreign(path: Path): boolean
}

/**
 * Walks a config along its schema and hands every fault to `report`. Answers with what remains: keys that are empty or
 * null are left out, so that they fall to their default as in FlatRun, and so are those with a fault.
 */
export function check(schema: TSchema, value: unknown, report: Check, path: Path = []): unknown {
  if (value === undefined || value === null) return undefined
  if (value === '' && remark(schema, 'blank') !== true) return undefined
  if (Type.IsObject(schema)) return checkSection(schema, value, report, path)
  if (Type.IsUnion(schema)) return checkUnion(schema.anyOf, schema, value, report, path)
  if (Type.IsArray(schema)) {
    if (!Array.isArray(value)) return wrong(schema, value, report, path)
    const items = value.map((item, index) => {
      const at = [...path, index]
      return item === '' || item === null
        ? wrong(schema.items, item, report, at)
        : check(schema.items, item, report, at)
    })
    if (!Value.Check(Type.Array(Type.Unknown(), bounds(schema)), value)) return wrong(schema, value, report, path)
    return items.includes(undefined) ? undefined : items
  }
  const meant = Type.IsBoolean(schema) ? asBoolean(value) : value
  const fault = explain(schema, meant)
  if (fault) report.fault(path, 'value', fault)
  return fault ? undefined : meant
}

function checkSection(schema: TObject, value: unknown, report: Check, path: Path): unknown {
  if (!isRecord(value)) return wrong(schema, value, report, path)
  const kept: [string, unknown][] = []
  for (const [name, inner] of Object.entries(value)) {
    const at = [...path, name]
    const known = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
    if (known) kept.push([name, check(known, inner, report, at)])
    else if (!report.foreign(at)) report.fault(at, 'key', unknownKey(name, schema, path))
  }
  const there = new Map(kept.filter(([, inner]) => inner !== undefined))
  const needed = schema.required.filter((name) => remark(schema.properties[name] ?? {}, 'default') === undefined)
  for (const name of needed) if (!Object.hasOwn(value, name)) report.fault(path, 'value', `${name} is missing`)
  return needed.every((name) => there.has(name)) ? Object.fromEntries(there) : undefined
}

/** The branch that fits the kind of value speaks for the whole union. */
function checkUnion(branches: readonly TSchema[], schema: TSchema, value: unknown, report: Check, path: Path): unknown {
  if (!isRecord(value) && !Array.isArray(value)) {
    if (branches.some((branch) => explain(branch, value) === undefined)) return value
    const meant = asBoolean(value)
    if (typeof meant === 'boolean' && branches.some(Type.IsBoolean)) return meant
  }
  const branch = isRecord(value)
    ? alike(branches.filter(Type.IsObject), value)
    : branches.find((candidate) => (Array.isArray(value) ? Type.IsArray(candidate) : describesText(candidate, value)))
  if (branch) return check(branch, value, report, path)
  const kinds = branches.filter(Type.IsObject).flatMap(({ properties }) => properties.type ?? [])
  if (isRecord(value) && kinds.length > 1) return wrong(Type.Union(kinds), value.type, report, [...path, 'type'])
  return wrong(schema, value, report, path)
}

/** Of several kinds of section the one that `type` names, and the only one where there is no choice. */
function alike(branches: readonly TObject[], value: Record<string, unknown>): TObject | undefined {
  if (branches.length === 1) return branches[0]
  return branches.find((branch) => branch.properties.type && Value.Check(branch.properties.type, value.type))
}

const describesText = (schema: TSchema, value: unknown) =>
  typeof value === 'string' && Type.IsString(schema) && remark(schema, 'format') !== undefined

function wrong(schema: TSchema, value: unknown, report: Check, path: Path): unknown {
  report.fault(path, 'value', explain(schema, value) ?? 'not valid')
  return undefined
}

const asBoolean = (value: unknown) =>
  typeof value === 'string' ? (YES_AND_NO.get(value.toLowerCase()) ?? value) : value

function bounds(schema: TSchema) {
  const [least, most] = [remark(schema, 'minItems'), remark(schema, 'maxItems')]
  return {
    ...(typeof least === 'number' ? { minItems: least } : {}),
    ...(typeof most === 'number' ? { maxItems: most } : {})
  }
}

function unknownKey(name: string, schema: TObject, path: Path): string {
  const near = nearest(name, Object.keys(schema.properties))
  if (near) return `unknown key; did you mean ${near}?`
  const elsewhere = allKeys().find(({ key }) => key.endsWith(`.${name}`) && key !== dotted([...path, name]))
  return elsewhere
    ? `unknown key; did you mean ${elsewhere.key}?`
    : `unknown key; known here: ${Object.keys(schema.properties).join(', ')}`
}
