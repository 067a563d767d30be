import { type Selectable, selected } from '../../schemas/selection/selection.ts'

/** `@prod`, `web-*`: words that choose servers, where any other word is looked for in the text. */
const isSelection = (word: string) => /^@.|^tag:.|\*/.test(word)

/** The rows that fit what was typed: servers chosen by tag or pattern, else those whose text has each word in it. */
export function searched<Row extends Selectable>(
  rows: readonly Row[],
  typed: string,
  textOf: (row: Row) => string
): Row[] {
  const { words, on } = wordsIn(typed, rows)
  return rows.filter(
    (row) => (!on || on.has(row.name)) && words.every((word) => textOf(row).toLowerCase().includes(word))
  )
}

/** What was typed, taken apart: words of the text, and words that choose servers, with those that they mean, if there are any. */
export function wordsIn(typed: string, servers: readonly Selectable[]) {
  const all = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const choosing = all.filter(isSelection)
  const words = all.filter((word) => !isSelection(word))
  return { words, choosing, ...(choosing.length > 0 && { on: chosen(servers, choosing) }) }
}

/** A word that means nobody yet, since it is still being typed, finds nobody. */
function chosen(servers: readonly Selectable[], on: readonly string[]): ReadonlySet<string> {
  try {
    return new Set(selected(servers, { on }).map(({ name }) => name))
  } catch {
    return new Set()
  }
}
