import { type Document, parseDocument } from 'yaml'
import { isRecord, listOf } from '../../untyped.ts'
import { setKey } from '../config-set.ts'

/** One key of a config that gets another value; undefined: it goes. */
export interface Change {
  key: string
  to: unknown
  /** In words, where the value is a secret. */
  said?: string
}

export interface Wishes {
  /** Where FlatRun's agent listens from now on. */
  host: string
  port: number
  /** The key that this agent shows to it. */
  key: string
}

/** What standing in front takes: changes of FlatRun's config, and of this agent's. Neither file is touched here. */
export function planFront(theirs: unknown, ours: unknown, { host, port, key }: Wishes) {
  const of = (config: unknown, path: string) => valueAt(config, path)
  const flatrun: Change[] = [
    { key: 'api.host', to: host },
    { key: 'api.port', to: port },
    { key: 'auth.api_keys', to: [...listOf(of(theirs, 'auth.api_keys')), key], said: 'one key more, for this agent' }
  ]
  if (of(theirs, 'cluster.enabled') === true) flatrun.push({ key: 'cluster.enabled', to: false })
  const own: Change[] = [
    { key: 'flatrun.url', to: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}` },
    { key: 'flatrun.api_key', to: key, said: 'the same key' },
    { key: 'api.host', to: of(theirs, 'api.host') ?? '0.0.0.0' },
    { key: 'api.port', to: of(theirs, 'api.port') ?? 8090 }
  ]
  for (const path of COPIED) {
    const value = of(theirs, path)
    if (of(ours, path) === undefined && value !== undefined && value !== '') own.push({ key: path, to: value })
  }
  if (of(ours, 'cluster.enabled') === undefined) own.push({ key: 'cluster.enabled', to: true })
  return { flatrun: flatrun.filter(isNew(theirs)), own: own.filter(isNew(ours)) }
}

/** What this agent takes from FlatRun's config where its own says nothing. */
const COPIED = [
  'deployments_path',
  'docker_socket',
  'api.enable_cors',
  'api.allowed_origins',
  'cluster.server_name',
  'cluster.advertise_url'
]

/** The way back: of what was changed, the values of the kept copy. Whatever else was changed since stays as it is. */
export function planBack(now: unknown, copy: unknown, changed: readonly string[], own: unknown = {}): Change[] {
  const given = valueAt(own, 'flatrun.api_key')
  const before = (key: string) => {
    if (key !== 'auth.api_keys') return valueAt(copy, key)
    // Keys that came since stay; only the one that this agent was given goes.
    const left = listOf(valueAt(now, key)).filter((one) => one !== given)
    return left.length === 0 ? valueAt(copy, key) : left
  }
  return changed
    .map((key) => ({ key, to: before(key), ...(SECRET.has(key) && { said: 'without the key of this agent' }) }))
    .filter(isNew(now))
}

const SECRET: ReadonlySet<string> = new Set(['auth.api_keys', 'flatrun.api_key'])
/** The keys that `planFront` may change. */
export const CHANGED = {
  flatrun: ['api.host', 'api.port', 'auth.api_keys', 'cluster.enabled'],
  own: ['flatrun.url', 'flatrun.api_key', 'api.host', 'api.port', ...COPIED, 'cluster.enabled']
}

/** The text with these changes; comments and all other keys stay. */
export function changedText(text: string, changes: readonly Change[]): string {
  const document: Document = parseDocument(text)
  for (const { key, to } of changes) {
    if (to !== undefined) setKey(document, key, to)
    else if (document.hasIn(key.split('.'))) document.deleteIn(key.split('.'))
  }
  return document.toString()
}

export function valueAt(config: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inside, name) => (isRecord(inside) ? inside[name] : undefined), config)
}

const isNew =
  (config: unknown) =>
  ({ key, to }: Change): boolean =>
    JSON.stringify(valueAt(config, key)) !== JSON.stringify(to)
