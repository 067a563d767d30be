import { Fault } from '../compose/fault.ts'
import { readDocuments } from '../compose/yaml/document.ts'
import { isList, isMapping, listOf, mappingOf, textOf, type Value } from '../compose/yaml/value.ts'

/** What a variable, an option or a label is called whose value nobody is to see. */
export const SECRET_NAME =
  /pass|(^|_)pw|secret|token|key|credential|auth|dsn|url|uri|salt|(^|_)pin(_|$)|cert|private|cookie|session|webhook/i
/** Keys of a compose file that are called so and hold what everybody may see. */
const OF_COMPOSE = /^(credential_spec|secrets|cache_from|pull_policy)$/
/** A path, a switch, or the place of a file that holds it. */
const PUBLIC = /^(true|false|yes|no|on|off|null|none|\.{0,2}\/[\w./-]*)$/i
// Bounded: of a long run of letters each would be a beginning.
const URL_PASSWORD = /[a-z][\w+.-]{0,31}:\/\/[^\s/:@"']*:([^\s/@"']+)@/gi
const DEFAULT = /\$\{\w+:?[-+]([^{}]*)\}/g

/** Beyond this a file is not parsed for its secrets, since somebody waits: its lines are looked at. */
const MOST_PARSED = 64 * 1024

/** The secrets that are written literally in a compose file: variables, options of commands, labels, addresses. */
export function literalSecrets(text: string): string[] {
  const found = new Set<string>()
  const values = text.length > MOST_PARSED ? undefined : parsed(text)
  if (values) for (const value of values) walk(value)
  else for (const line of text.split('\n')) words(line.replace(/:\s+/, '='))
  return [...found]

  function walk(value: Value, key = ''): void {
    if (isMapping(value)) {
      for (const [name, inner] of value) walk(inner, name)
      if (key === 'secrets') for (const inner of value.values()) note(textOf(mappingOf(inner).get('content')))
    } else if (isList(value)) {
      const texts = value.flatMap((inner) => (typeof inner === 'string' ? [inner] : []))
      if (texts.length === value.length) options(texts)
      else for (const inner of listOf(value)) walk(inner, key)
    } else {
      const said = textOf(value) ?? ''
      if (SECRET_NAME.test(key) && !OF_COMPOSE.test(key)) note(said)
      words(said)
    }
  }

  /** A command as one text. */
  function words(said: string): void {
    options(said.split(/\s+/).map((word) => word.replace(/^(["'])(.*)\1$/, '$2')))
  }

  /** `NAME=value`, `--name=value`, `--name value`, and mysql's `-pvalue`. */
  function options(texts: readonly string[]): void {
    const mysql = texts.some((word) => /mysql|maria/i.test(word))
    for (const [index, word] of texts.entries()) {
      for (const [, password] of word.matchAll(URL_PASSWORD)) note(password)
      const [, name = '', value] = word.match(/^-{0,2}([\w.-]+)=(.*)$/s) ?? []
      if (SECRET_NAME.test(name)) note(value)
      else if (word.startsWith('--') && value === undefined && SECRET_NAME.test(word)) note(texts[index + 1])
      else if (mysql && /^-p./.test(word)) note(word.slice(2))
      else if (/\s/.test(word) && texts.length > 1) words(word)
    }
  }

  function note(said: string | undefined): void {
    if (said === undefined || said === '' || PUBLIC.test(said) || said.startsWith('--')) return
    found.add(said)
    for (const [, word] of said.matchAll(DEFAULT)) if (word) found.add(word)
    // Compose writes one dollar sign for two.
    if (said.includes('$$')) found.add(said.replaceAll('$$', '$'))
  }
}

function parsed(text: string): Value[] | undefined {
  try {
    return readDocuments(text).map(({ value }) => value)
  } catch (cause) {
    if (cause instanceof Fault) return undefined
    throw cause
  }
}
