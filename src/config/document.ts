import path from 'node:path'
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import type { Fault } from './check/faults.ts'
import type { Path } from './path.ts'

/** A config file that was read: its values as plain objects, and where in the file each of them stands. */
export interface ConfigDocument {
  readonly values: unknown
  readonly faults: readonly Fault[]
  /** `config.yml:6:3`: of the key, or of its value; of the nearest section around it when it came in by a merge. */
  place(path: Path, part: 'key' | 'value'): string
  /** `config.yml:6` */
  line(path: Path): string
}

export function readDocument(file: string, text: string): ConfigDocument {
  const name = path.basename(file)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false, logLevel: 'error' })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${name}:${line}:${col}`
  }
  const faults: Fault[] = document.errors.map((error) => ({
    place: at(error.pos[0]),
    key: '',
    message: firstSentence(error.message)
  }))

  const values = faults.length > 0 ? undefined : plain()

  function plain(): unknown {
    try {
      return document.toJS({ maxAliasCount: 100 })
    } catch (cause) {
      faults.push({
        place: `${name}:1:1`,
        key: '',
        message: firstSentence(cause instanceof Error ? cause.message : '')
      })
      return undefined
    }
  }

  function offset(way: Path, part: 'key' | 'value'): number {
    let node: unknown = document.contents
    let found = start(node) ?? 0
    for (const [index, step] of way.entries()) {
      if (isAlias(node)) node = node.resolve(document)
      let next: unknown
      let key: unknown
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step))
        if (!pair) return found
        key = pair.key
        next = pair.value
      } else if (isSeq(node) && typeof step === 'number') next = node.items[step]
      const last = index === way.length - 1
      found = (last && part === 'key' ? start(key) : (start(next) ?? start(key))) ?? found
      node = next
    }
    return found
  }

  return {
    values,
    faults,
    place: (way, part) => at(offset(way, part)),
    line: (way) => `${name}:${lines.linePos(offset(way, 'key')).line}`
  }
}

const start = (node: unknown): number | undefined => (isNode(node) ? rangeOf(node)?.[0] : undefined)
const rangeOf = (node: Node) => node.range

const firstSentence = (text: string) => text.split('\n')[0] ?? text
