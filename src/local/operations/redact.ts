import path from 'node:path'
import { Fault } from '../compose/fault.ts'
import { parseEnv } from '../compose/variables/env.ts'
import { readText } from '../disk/text.ts'
import { literalSecrets, SECRET_NAME } from './literal-secrets.ts'

/** Hides a project's secrets in a text that compose or the engine wrote. */
export type Redact = (text: string) => string

/** Names of what everybody may read; the value of any other variable counts as a secret. */
const PUBLIC_NAME =
  /^COMPOSE_|(^|_)(tag|version|image|registry|port|ports|host|hostname|domain|network|subnet|tz|timezone|lang|locale|color|colour|mode|env|environment|debug|level|path|dir|folder|file|uid|gid|puid|pgid|umask|replicas|scale|restart|platform|arch|project|name|user|username|profile|profiles)$/i
/** Numbers, versions, words of YAML and paths. */
const PUBLIC_VALUE = /^(v?\d{1,5}(\.\d+)*|true|false|yes|no|on|off|null|none|\.{0,2}\/[\w./-]*)$/i

const MARK = '•••'

/**
 * Reads which secrets a project's folder has: the values of its .env and other env files, and what is written literally
 * in its compose files. Each is hidden as compose resolves it and as it was written, quoted, escaped and encoded.
 */
export async function readSecrets(dir: string, files: readonly string[]): Promise<Redact> {
  const texts = await Promise.all(files.map(async (file) => ({ file, text: await textOf(path.resolve(dir, file)) })))
  const composed = texts.filter(({ file }) => isComposeFile(file))
  const envs = texts.filter(({ file }) => !isComposeFile(file))
  const only = (some: typeof texts) => some.map(({ text }) => text)
  return createRedact(only(envs), only(composed))
}

const isComposeFile = (file: string) => /\.ya?ml$/.test(file)

/** What cannot be read has told nobody anything; a pipe or a device is not waited for. */
async function textOf(file: string): Promise<string> {
  try {
    return (await readText(file, { root: '/', rootName: '/', maxBytes: MAX_BYTES }))?.text ?? ''
  } catch (cause) {
    if (cause instanceof Fault) return ''
    throw cause
  }
}

const MAX_BYTES = 1024 * 1024

export function createRedact(envFiles: readonly string[], composeFiles: readonly string[] = []): Redact {
  const found = [...envFiles.flatMap(secretsOf), ...composeFiles.flatMap(literalSecrets)]
  const secrets = new Set(found.flatMap(spellingsOf))
  // A secret that is part of another one must not break the longer one up.
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length)
  return (text) => longestFirst.reduce((hidden, secret) => hidden.replaceAll(secret, MARK), text)
}

function secretsOf(text: string): string[] {
  const { values, broken } = parsed(text)
  const written = text.split('\n').flatMap(writtenIn)
  const secrets = [...values, ...written].filter(([name, value]) => isSecret(name, value)).map(([, value]) => value)
  // Compose quotes a line that it cannot read, whatever is in it.
  return broken ? [...secrets, ...text.split('\n').map((line) => line.trim())] : secrets
}

/** Name and value of a line as they stand there. Taken apart by hand: an expression would go over its spaces again and again. */
function writtenIn(line: string): [string, string][] {
  const trimmed = line.trim()
  const assignment = /^export\s/.test(trimmed) ? trimmed.slice('export'.length).trimStart() : trimmed
  const end = assignment.search(/[\s=:#]/)
  const rest = end < 1 ? '' : assignment.slice(end).trimStart()
  return rest.startsWith('=') || rest.startsWith(':') ? [[assignment.slice(0, end), rest.slice(1).trimStart()]] : []
}

function parsed(text: string): { values: Iterable<[string, string]>; broken: boolean } {
  try {
    return { values: parseEnv(text), broken: false }
  } catch {
    return { values: [], broken: true }
  }
}

function isSecret(name: string, value: string): boolean {
  if (SECRET_NAME.test(name)) return true
  return !PUBLIC_NAME.test(name) && !PUBLIC_VALUE.test(value.replace(/^(["'])(.*)\1$/, '$2'))
}

/** Shorter ones would hide half of every text, and say what they are by it. */
const MIN_LENGTH = 4

function spellingsOf(secret: string): string[] {
  const bare = secret.replace(/ #.*$/s, '').trimEnd()
  const values = [secret, bare, unquoted(secret), unquoted(bare)].flatMap((value) => [value, ...value.split('\n')])
  return [...new Set(values)]
    .flatMap((value) => [
      value,
      value.replaceAll('$', '$$$$'),
      JSON.stringify(value).slice(1, -1),
      value.replaceAll("'", "''"),
      value.replaceAll("'", "\\'"),
      encodeURIComponent(value),
      value.length < 8 ? value : Buffer.from(value).toString('base64')
    ])
    .map((value) => value.trim())
    .filter((value) => value.length >= MIN_LENGTH)
}

/** Hides them in an error and in what caused it: either may be logged. */
export function redactError(failure: unknown, redact: Redact): void {
  for (let error = failure; error instanceof Error; error = error.cause) {
    for (const key of ['message', 'stack'] as const) {
      const text = error[key] ?? ''
      const hidden = redact(text)
      if (hidden !== text) Object.defineProperty(error, key, { value: hidden })
    }
  }
}

const unquoted = (value: string) => value.match(/^(["'])(.*)\1/s)?.[2] ?? value
