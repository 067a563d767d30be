import { type Document, isAlias, isCollection, isMap, isPair, isScalar, Lexer, type LineCounter, type Node } from 'yaml'
import { Fault } from '../fault.ts'

/** What a text may be taken apart into: the parser needs about 10 µs for each. */
const MAX_TOKENS = 100_000
/** What it may hold once its aliases are followed. */
const MAX_NODES = 100_000

/** Counts before anything is built. Throws a Fault. */
export function assertModest(text: string): void {
  // No character is more than two tokens.
  if (text.length < MAX_TOKENS / 4) return
  let tokens = 0
  for (const _ of new Lexer().lex(text)) if (++tokens > MAX_TOKENS) throw tooMuch()
}

/** No key twice in a mapping, no alias within its own anchor, and not too much in all. Throws a Fault. */
export function assertPlain(document: Document.Parsed, lines: LineCounter): void {
  /** How much each anchor holds; undefined while it is counted. */
  const counted = new Map<Node, number | undefined>()
  count(document.contents)

  function count(node: unknown): number {
    if (isAlias(node)) return countAnchor(node.resolve(document))
    if (!isCollection(node)) return 1
    const known = counted.get(node)
    if (known !== undefined) return known
    counted.set(node, undefined)
    if (isMap(node)) assertKeysDiffer(node.items.map(({ key }) => key))
    let size = 1
    for (const item of node.items) size += isPair(item) ? count(item.key) + count(item.value) : count(item)
    if (size > MAX_NODES) throw tooMuch()
    counted.set(node, size)
    return size
  }

  function countAnchor(anchor: Node | undefined): number {
    if (anchor && counted.has(anchor) && counted.get(anchor) === undefined)
      throw new Fault('has an alias within its own anchor')
    return count(anchor)
  }

  function assertKeysDiffer(keys: readonly unknown[]): void {
    const seen = new Set<unknown>()
    for (const key of keys) {
      if (!isScalar(key) || key.source === '<<') continue
      if (seen.has(key.value)) {
        const at = placeOf(key.range?.[0] ?? 0, lines)
        throw new Fault(`is not valid YAML at ${at} (duplicate key)`)
      }
      seen.add(key.value)
    }
  }
}

export function placeOf(position: number, lines: LineCounter): string {
  const { line, col } = lines.linePos(position)
  return `line ${line}, column ${col}`
}

const tooMuch = () => new Fault('has more in it than any real file')
