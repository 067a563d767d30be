import path from 'node:path'
import { Fault } from './fault.ts'
import { distinct } from './merge.ts'
import { longPorts } from './ports.ts'
import { isList, isMapping, listOf, type Mapping, textOf, type Value, withKey } from './yaml/value.ts'

/**
 * A service with everything that decides something in its long form, so that files can be laid over each other. `dir`
 * is what its paths are relative to.
 */
export function longService(name: string, service: Mapping, dir: string): Mapping {
  const where = `services.${name}`
  return new Map(
    [...service].map(([key, value]): [string, Value] => [key, LONG[key]?.(value, `${where}.${key}`, dir) ?? value])
  )
}

const LONG: Record<string, (value: Value, where: string, dir: string) => Value> = {
  ports: (value, where) =>
    distinct(
      listOf(value).flatMap((port) => longPorts(port, where)),
      ['services', '', 'ports']
    ),
  networks: (value, where) => keyed(value, where, null),
  depends_on: (value, where) =>
    keyed(
      value,
      where,
      new Map<string, Value>([
        ['condition', 'service_started'],
        ['required', true]
      ])
    ),
  extra_hosts: checkedHosts,
  extends: (value) => (typeof value === 'string' ? new Map([['service', value]]) : value),
  env_file: (value, _, dir) => (isList(value) ? value : [value]).map((file) => longEnvFile(file, dir)),
  volumes: (value, where) => listOf(value).map((volume) => longVolume(volume, where)),
  secrets: (value) => listOf(value).map(sourced),
  configs: (value) => listOf(value).map(sourced)
}

/** A list of names as a mapping. */
function keyed(value: Value, where: string, inside: Value): Value {
  if (!isList(value)) return value
  return new Map(
    value.map((item): [string, Value] => {
      if (typeof item !== 'string') throw new Fault(`has an entry at ${where} that is no name`)
      return [item, inside]
    })
  )
}

/** `name:address`, `name=address`, or a mapping; it decides nothing here, and compose refuses what has no name. */
function checkedHosts(value: Value, where: string): Value {
  const names = isMapping(value) ? [...value.keys()] : listOf(value).map(hostOf)
  const addresses = isMapping(value)
    ? [...value.values()].flatMap((address) => (isList(address) ? address : [address]))
    : []
  if (names.some((name) => !name)) throw new Fault(`has an entry at ${where} that is no HOST:ADDRESS`)
  if (addresses.some((address) => typeof address !== 'string'))
    throw new Fault(`has an address at ${where} that is no text`)
  return value
}

function hostOf(entry: Value): string | undefined {
  if (typeof entry !== 'string') return undefined
  const end = entry.includes('=') ? entry.indexOf('=') : entry.indexOf(':')
  return end < 1 ? undefined : entry.slice(0, end)
}

function longEnvFile(file: Value, dir: string): Value {
  const entry = isMapping(file) ? file : new Map([['path', file]])
  return withKey(entry, 'path', path.resolve(dir, textOf(entry.get('path')) ?? ''))
}

const sourced = (value: Value): Value => (isMapping(value) ? value : new Map([['source', textOf(value) ?? '']]))

/** Only what tells which volume it needs: `NAME:/path` does, `./path:/path` and `/path` do not. */
function longVolume(volume: Value, where: string): Value {
  if (isMapping(volume)) return volume
  const text = textOf(volume)
  if (text === undefined || text === '') throw new Fault(`has an entry at ${where} that is no volume`)
  const [source = '', target] = text.split(':')
  if (target === undefined)
    return new Map([
      ['type', 'volume'],
      ['target', source]
    ])
  const named = /^[a-z0-9][\w.-]+$/i.test(source)
  return new Map([
    ['type', named ? 'volume' : 'bind'],
    ['source', source],
    ['target', target]
  ])
}
