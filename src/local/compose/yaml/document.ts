import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Document as Parsed,
  parseAllDocuments,
  type YAMLMap
} from 'yaml'
import { Fault } from '../fault.ts'
import { isMapping, type Mapping, type Path, type Value } from './value.ts'
import { assertModest, assertPlain, placeOf } from './yaml-limits.ts'

/** One YAML document of a compose file, as it was written. */
export interface Document {
  value: Mapping
  /** What earlier files say at these places does not count (`!reset`, `!override`). */
  resets: readonly Path[]
}

/** More aliases of one anchor than any real file has; a bomb of nested ones is over it at its third level. */
const MAX_ALIASES = 2_000
const MAX_NODES = 100_000

/** The documents of a compose file. Throws a Fault that names a place and never quotes the text: it may be a password. */
export function readDocuments(text: string): Document[] {
  assertModest(text)
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text.replace(/^\uFEFF/, ''), {
    merge: true,
    // The parser compares each key with all others; `assertPlain` does not.
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent'
  })
  const documents = 'empty' in parsed ? [] : parsed
  const mistake = documents.flatMap((document) => document.errors)[0]
  if (mistake) {
    throw new Fault(
      `is not valid YAML at ${placeOf(mistake.pos[0], lines)} (${mistake.code.toLowerCase().replaceAll('_', ' ')})`
    )
  }
  // Nothing but comments is no document, unless the file begins one.
  if (documents.every(({ contents, directives }) => contents === null && directives?.docStart !== true)) return []
  for (const document of documents) assertPlain(document, lines)
  return documents.map((document) => readDocument(document, lines))
}

function readDocument(document: Parsed.Parsed, lines: LineCounter): Document {
  const resets = takeTags(document, lines)
  const value = plain(document)
  if (!isMapping(value)) throw new Fault('is not a mapping at its top level')
  return { value, resets }
}

function plain(document: Parsed.Parsed): Value {
  try {
    return typed(document.toJS({ maxAliasCount: MAX_ALIASES, mapAsMap: true }))
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    const reason = cause instanceof ReferenceError && /alias/i.test(cause.message) ? 'has an alias' : 'has a value'
    throw new Fault(`${reason} that cannot be resolved`, { cause })
  }
}

function typed(value: unknown): Value {
  if (Array.isArray(value)) return value.map(typed)
  if (value instanceof Map) {
    const entries = [...value].map(([key, inner]: [unknown, unknown]): [string, Value] => {
      if (typeof key !== 'string') throw new Fault(`has the key ${String(key)}, which is no text: put it in quotes`)
      return [key, typed(inner)]
    })
    return new Map(entries)
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return typeof value === 'bigint' ? Number(value) : null
}

/** Takes what is tagged `!reset` out of the document, and tells where that or an `!override` was. */
function takeTags(document: Parsed.Parsed, lines: LineCounter): Path[] {
  const resets: Path[] = []
  let nodes = 0
  walk(document.contents, [])
  return resets

  function walk(node: Node | null | undefined, path: Path): void {
    nodes += 1
    if (nodes > MAX_NODES || path.length > 100) throw new Fault('has more in it than any real file')
    const inside = isAlias(node) ? node.resolve(document) : node
    if (isSeq<Node>(inside)) {
      inside.items = inside.items.filter((item) => tagOf(item) !== '!reset')
      for (const item of inside.items) walk(item, path)
    }
    if (isMap<Node, Node>(inside)) walkMap(inside, path)
  }

  function walkMap(map: YAMLMap<Node, Node>, path: Path): void {
    const merges = map.items.filter(({ key }) => isScalar(key) && key.source === '<<')
    const second = merges[1]?.key.range?.[0]
    if (second !== undefined) throw new Fault(`has two "<<" in one mapping at ${placeOf(second, lines)}`)
    map.items = map.items.filter(({ key, value }) => {
      if (tagOf(value) !== '!reset') return true
      resets.push([...path, nameOf(key)])
      return false
    })
    for (const { key, value } of map.items) {
      const inside = nameOf(key) === '<<' ? path : [...path, nameOf(key)]
      if (tagOf(value) === '!override') resets.push(inside)
      else walk(value, inside)
    }
  }
}

const tagOf = (node: Node | null): string | undefined =>
  node && 'tag' in node && typeof node.tag === 'string' ? node.tag : undefined
const nameOf = (key: Node): string => (isScalar(key) ? (key.source ?? String(key.value)) : '')
