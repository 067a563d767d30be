import path from 'node:path'
import { Fault } from './fault.ts'
import type { Layers } from './load.ts'
import { parseEnv } from './variables/env.ts'
import type { Lookup } from './variables/interpolate.ts'
import type { Reading } from './yaml/reading.ts'
import { isList, isMapping, type Mapping, textOf, type Value } from './yaml/value.ts'

/** What the include section of a file asks for, ready to be loaded: with variables of its own beneath those outside. */
export async function includesOf(section: Value | undefined, layers: Layers, reading: Reading): Promise<Layers[]> {
  if (section === undefined || section === null) return []
  if (!isList(section)) throw new Fault('has an include that is no list')
  const includes: Layers[] = []
  for (const item of section) {
    const include = await includeOf(isMapping(item) ? item : new Map([['path', item]]), layers, reading)
    if (include) includes.push(include)
  }
  return includes
}

async function includeOf(entry: Mapping, layers: Layers, reading: Reading): Promise<Layers | undefined> {
  const { dir, lookup, within } = layers
  const paths = textsOf(entry.get('path'))
  const files = paths.map((file) => reading.placeOf(file, dir))
  const first = files[0]
  if (first === undefined || files.includes(undefined)) {
    const outside = paths[files.indexOf(undefined)] ?? 'nothing'
    reading.incomplete.push(`includes ${outside}, which is outside of its folder`)
    return undefined
  }
  if (within.includes(first)) throw new Fault('has an include that leads back to it')
  const given = textOf(entry.get('project_directory'))
  const directory = given === undefined ? path.dirname(first) : path.resolve(dir, given)
  const variables = await variablesOf(entry, { ...layers, dir: directory }, dir, reading)
  const own: Lookup = (name) => lookup(name) ?? variables.get(name)
  return { files: files.filter((file) => file !== undefined), dir: directory, lookup: own, within }
}

async function variablesOf(entry: Mapping, { dir, lookup }: Layers, from: string, reading: Reading) {
  const given = textsOf(entry.get('env_file'))
  const all = new Map<string, string>()
  for (const file of given.length > 0 ? given : ['.env']) {
    const place = reading.placeOf(file, given.length > 0 ? from : dir)
    if (place === undefined) {
      reading.incomplete.push(`includes a file with the variables of ${file}, which is outside of its folder`)
      continue
    }
    const text = await reading.read(place)
    if (text === undefined && given.length > 0)
      throw new Fault(`includes a file with the variables of ${file}, which is not there`)
    const known: Lookup = (name) => lookup(name) ?? all.get(name)
    const variables = await reading.inFile(place, async () => parseEnv(text ?? '', known))
    for (const [name, value] of variables) all.set(name, value)
  }
  return all
}

const textsOf = (value: Value | undefined): string[] =>
  (isList(value) ? value : [value]).flatMap((item) => textOf(item) ?? [])
