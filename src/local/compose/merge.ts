import { Fault } from './fault.ts'
import { isList, isMapping, kindOf, type Mapping, type Path, type Value } from './yaml/value.ts'

/**
 * Lays one file, document or extending service over another as compose-spec says: mappings are merged, lists added,
 * what is neither is replaced, nothing (null) changes nothing. Both are in their long forms.
 */
export function merge(base: Mapping, over: Mapping, path: Path = []): Mapping {
  const merged = new Map(base)
  for (const [key, value] of over) {
    const before = base.get(key)
    merged.set(key, before === undefined ? value : mergeValue(before, value, [...path, key]))
  }
  return merged
}

function mergeValue(base: Value, over: Value, path: Path): Value {
  if (REPLACED.some((pattern) => matches(path, pattern))) return over
  if (over === null) return base
  if (isMapping(base)) {
    if (!isMapping(over)) throw cannot(path, base, over)
    return merge(base, over, path)
  }
  if (isList(base)) {
    if (!isList(over)) throw cannot(path, base, over)
    return distinct([...base, ...over], path)
  }
  return over
}

/** What compose does not add to but replaces, and what is in one of two forms and decides nothing here. */
const REPLACED: readonly Path[] = [
  ...['command', 'entrypoint', 'environment', 'labels', 'annotations', 'label_file', 'extra_hosts'],
  ...['dns', 'dns_opt', 'dns_search', 'sysctls', 'tmpfs', 'logging', 'ulimits', 'build', 'gpus', 'models']
]
  .map((key): Path => ['services', '*', key])
  .concat([
    ['services', '*', 'healthcheck', 'test'],
    ['services', '*', 'deploy', 'labels'],
    ['networks', '*', 'labels'],
    ['networks', '*', 'ipam'],
    ['volumes', '*', 'labels']
  ])

/** Entries that are about the same thing: the later one stands for both. */
const KEYED: readonly { pattern: Path; keyOf: (value: Value) => string }[] = [
  {
    pattern: ['services', '*', 'ports'],
    keyOf: (value) => JSON.stringify(isMapping(value) ? [...value].filter(([key]) => PORT_KEY.has(key)).sort() : value)
  },
  { pattern: ['services', '*', 'profiles'], keyOf: String }
]
const PORT_KEY = new Set(['host_ip', 'published', 'target', 'protocol'])

export function distinct(list: readonly Value[], path: Path): readonly Value[] {
  const keyed = KEYED.find(({ pattern }) => matches(path, pattern))
  return keyed ? [...new Map(list.map((value) => [keyed.keyOf(value), value])).values()] : list
}

/** Takes out what a later file resets. */
export function withoutResets(tree: Mapping, resets: readonly Path[]): Mapping {
  return resets.reduce(withoutPath, tree)
}

function withoutPath(tree: Mapping, path: Path): Mapping {
  const [key, ...rest] = path
  if (key === undefined || !tree.has(key)) return tree
  const copy = new Map(tree)
  const inside = tree.get(key)
  if (rest.length === 0) copy.delete(key)
  else if (isMapping(inside)) copy.set(key, withoutPath(inside, rest))
  return copy
}

const matches = (path: Path, pattern: Path) =>
  path.length === pattern.length && pattern.every((part, index) => part === '*' || part === path[index])

const cannot = (path: Path, base: Value, over: Value) =>
  new Fault(`has ${kindOf(over)} at ${path.join('.')}, where an earlier file has ${kindOf(base)}`)
