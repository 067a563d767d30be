import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { extended, type Scope, Unjudged } from './extends.ts'
import { Fault } from './fault.ts'
import { includesOf } from './include.ts'
import { longService } from './long-forms.ts'
import { merge, withoutResets } from './merge.ts'
import { unknownOfService, unknownOfTop } from './shape.ts'
import { interpolate, type Lookup } from './variables/interpolate.ts'
import type { Reading } from './yaml/reading.ts'
import { EMPTY, isList, isMapping, type Mapping, mappingOf, type Value, withKey, without } from './yaml/value.ts'

/** Some files as compose lays them over each other. */
export interface Layers {
  files: readonly string[]
  /** What their paths are relative to. */
  dir: string
  lookup: Lookup
  /** The files that include these, to end a circle. */
  within: readonly string[]
}

/**
 * Loads files in compose-spec's order: for each document of each file, variables, extends, then what it includes, and
 * all of that over what came before. Everything is in its long form then. Throws a Fault, with the file's name, for
 * what compose would refuse.
 */
export async function loadLayers({ files, dir, lookup, within }: Layers, reading: Reading): Promise<Mapping> {
  let tree = EMPTY
  for (const file of files) {
    await reading.inFile(file, async () => {
      for (const document of await reading.layers(file)) {
        const written = resolveAll(document.value, lookup)
        for (const key of unknownOfTop(written)) reading.incomplete.push(`has "${key}", which is not known here`)
        const scope = scopeOf({ file, dir, lookup }, written, document.resets, reading)
        const own = await ownTree(written, scope, reading)
        const whole = await withIncludes(own, written, { files, dir, lookup, within: [...within, file] }, reading)
        tree = merge(withoutResets(tree, document.resets), whole)
        for (const [name, service] of mappingOf(tree.get('services'))) {
          if (!isMapping(service)) throw new Fault(`has the service ${name} with nothing in it`)
        }
      }
    })
  }
  return tree
}

function resolveAll(value: Mapping, lookup: Lookup): Mapping {
  return new Map([...value].map(([key, inner]): [string, Value] => [key, resolve(inner)]))

  function resolve(inner: Value): Value {
    if (typeof inner === 'string') return interpolate(inner, lookup)
    if (isList(inner)) return inner.map(resolve)
    return isMapping(inner) ? resolveAll(inner, lookup) : inner
  }
}

async function ownTree(written: Mapping, scope: Scope, reading: Reading): Promise<Mapping> {
  const services = new Map<string, Value>()
  for (const [name, raw] of scope.services) {
    services.set(name, await followed(name, raw, scope, reading))
  }
  return written.has('services') ? withKey(written, 'services', services) : written
}

/** A service whose extends cannot be followed is what it says itself, and not judged. */
async function followed(name: string, raw: Value, scope: Scope, { unjudged }: Reading): Promise<Value> {
  try {
    return await extended(name, scope)
  } catch (cause) {
    if (!(cause instanceof Unjudged)) throw cause
    unjudged.set(name, cause.message)
    return without(mappingOf(raw), 'extends')
  }
}

type Place = Pick<Layers, 'dir' | 'lookup'> & { file: string }

function scopeOf({ file, dir, lookup }: Place, written: Mapping, resets: Scope['resets'], reading: Reading): Scope {
  const services = new Map<string, Value>()
  for (const [name, service] of mappingOf(written.get('services'))) {
    if (!isMapping(service) && service !== null) throw new Fault(`has a service ${name} that is no mapping`)
    services.set(name, service === null ? null : longService(name, checked(name, service, reading), dir))
  }
  const opened = new Map<string, Promise<Scope>>()
  const open = (other: string) => {
    const known = opened.get(other) ?? openScope({ file: other, dir, lookup }, reading)
    opened.set(other, known)
    return known
  }
  return { file, services, resets, open, done: new Map() }
}

function checked(name: string, service: Mapping, { unjudged }: Reading): Mapping {
  const [unknown] = unknownOfService(name, service)
  if (unknown !== undefined) unjudged.set(name, `"${unknown}" is not known here`)
  return service
}

/** The services of a file that another one extends. */
async function openScope({ file, dir, lookup }: Place, reading: Reading): Promise<Scope> {
  const place = reading.placeOf(file, dir)
  if (place === undefined) throw new Unjudged(`it extends a service of ${file}, which is outside of its folder`)
  return reading.inFile(place, async () => {
    const documents = await reading.layers(place)
    const tree = documents
      .map(({ value, resets }) => ({ value: resolveAll(value, lookup), resets }))
      .reduce((whole, { value, resets }) => merge(withoutResets(whole, resets), value), EMPTY)
    const resets = documents.flatMap((document) => document.resets)
    return scopeOf({ file: place, dir: path.dirname(place), lookup }, tree, resets, reading)
  })
}

const SHARED = ['services', 'networks', 'volumes', 'secrets', 'configs', 'models']

async function withIncludes(own: Mapping, written: Mapping, layers: Layers, reading: Reading): Promise<Mapping> {
  let tree = without(own, 'include')
  for (const include of await includesOf(written.get('include'), layers, reading)) {
    const included = await loadLayers(include, reading)
    for (const kind of SHARED) {
      if (included.has(kind))
        tree = withKey(tree, kind, united(kind, mappingOf(tree.get(kind)), mappingOf(included.get(kind))))
    }
  }
  return tree
}

function united(kind: string, own: Mapping, included: Mapping): Mapping {
  const all = new Map(own)
  for (const [name, value] of included) {
    const other = own.get(name)
    if (other !== undefined && !isDeepStrictEqual(other, value)) {
      throw new Fault(`has ${kind}.${name}, which is another one in a file that it includes`)
    }
    all.set(name, value)
  }
  return all
}
