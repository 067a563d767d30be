import { isRecord } from '../../untyped.ts'

/** A part of a JSON document. */
export type Section = Record<string, unknown>

export const section = (value: unknown): Section => (isRecord(value) ? value : {})

export const mapSection = (value: unknown, change: (inner: unknown, name: string) => unknown): Section =>
  Object.fromEntries(Object.entries(section(value)).map(([name, inner]) => [name, change(inner, name)]))
