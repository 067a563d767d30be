import { compare } from '../lib/data/rows.ts'

/** A group of rows, by its tag; undefined for those without one. What has several tags is in each of their groups. */
export function byTag<Row>(
  rows: readonly Row[],
  tagsOf: (row: Row) => readonly string[]
): [string | undefined, Row[]][] {
  const groups = new Map<string | undefined, Row[]>()
  for (const row of rows) {
    const tags = tagsOf(row)
    for (const tag of tags.length > 0 ? tags : [undefined]) groups.set(tag, [...(groups.get(tag) ?? []), row])
  }
  return [...groups].sort(([a], [b]) => (a === undefined ? 1 : b === undefined ? -1 : compare(a, b)))
}

export const headOf = (tag: string | undefined) => (tag === undefined ? 'no tag' : `@${tag}`)
