import { LineCounter, parseAllDocuments, type YAMLParseError } from 'yaml'
import { isRecord } from '../untyped.ts'
import { Fault } from './fault.ts'

/** More aliases of one anchor than any real file has; a bomb of nested ones is over it at its third level. */
const MAX_ALIASES = 2_000

/**
 * The mappings that a YAML text holds, one for each of its documents. Throws a Fault that names line, column and
 * kind of the first mistake, and never quotes the text: it may be a password.
 */
export function readYaml(text: string): Record<string, unknown>[] {
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text.replace(/^\uFEFF/, ''), {
    merge: true,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent'
  })
  const documents = 'empty' in parsed ? [] : parsed
  const mistake = documents.flatMap((document) => document.errors)[0]
  if (mistake) throw new Fault(`is not valid YAML at ${place(mistake, lines)}`)
  return documents.flatMap((document) => {
    const value = plain(() => document.toJS({ maxAliasCount: MAX_ALIASES }))
    if (value === null) return []
    if (!isRecord(value)) throw new Fault('is not a mapping at its top level')
    return [value]
  })
}

function plain(read: () => unknown): unknown {
  try {
    return read()
  } catch (cause) {
    const reason = cause instanceof ReferenceError && /alias/i.test(cause.message) ? 'has an alias' : 'has a value'
    throw new Fault(`${reason} that cannot be resolved`, { cause })
  }
}

function place({ pos, code }: YAMLParseError, lines: LineCounter): string {
  const { line, col } = lines.linePos(pos[0])
  return `line ${line}, column ${col} (${code.toLowerCase().replaceAll('_', ' ')})`
}
