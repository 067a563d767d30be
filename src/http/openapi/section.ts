/** A part of a JSON document. */
export type Section = Record<string, unknown>

export function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export const section = (value: unknown): Section => (isSection(value) ? value : {})

export const mapSection = (value: unknown, change: (inner: unknown, name: string) => unknown): Section =>
  Object.fromEntries(Object.entries(section(value)).map(([name, inner]) => [name, change(inner, name)]))
