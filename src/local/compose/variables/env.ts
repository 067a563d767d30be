import { Fault } from '../fault.ts'
import { interpolate, type Lookup } from './interpolate.ts'

const SPACE = '[\\t\\v\\f\\r \\u0085\\u00a0]'
const KEY = new RegExp(`^(?:export${SPACE}+)?([^=:\\n]*)([=:]|\\n|$)${SPACE}*`)
const KEY_CHARACTERS = /^[\p{L}\p{N}_.[\]-]+$/u

const ESCAPES: Record<string, string> = {
  a: '\x07',
  b: '\b',
  c: '\\c',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  '\\': '\\',
  // A dollar sign that is none of a variable.
  $: '$$'
}

/**
 * The variables of a .env as compose reads them: `KEY=value` or `KEY: value`, quotes, comments, values over several
 * lines, and variables in values. `environment` wins over what the file says when it resolves them. Throws a Fault
 * that names the line and never quotes it.
 */
export function parseEnv(text: string, environment: Lookup = () => undefined): Map<string, string> {
  const values = new Map<string, string>()
  const lookup: Lookup = (name) => environment(name) ?? values.get(name)
  const whole = text.replace(/^\uFEFF/, '')
  let rest = whole
  const fault = (what: string) =>
    new Fault(`${what} at line ${whole.slice(0, whole.length - rest.length).split('\n').length}`)

  for (;;) {
    rest = rest.replace(/^(?:\s+|#[^\n]*)+/, '')
    if (rest === '') return values
    const [all = '', raw = '', end = ''] = rest.match(KEY) ?? []
    const key = raw.trim()
    if (!KEY_CHARACTERS.test(key)) throw fault('has no name of a variable')
    if (end !== '=' && end !== ':') {
      const inherited = environment(key)
      if (inherited !== undefined) values.set(key, inherited)
      rest = rest.slice(all.length)
      continue
    }
    const { value, length } = readValue(rest.slice(all.length), fault)
    values.set(key, resolve(value, lookup, fault))
    rest = rest.slice(all.length + length)
  }
}

interface Value {
  text: string
  /** Variables in it are to be replaced. */
  open: boolean
}

function readValue(text: string, fault: (what: string) => Fault): { value: Value; length: number } {
  const quote = text[0]
  if (quote !== '"' && quote !== "'") {
    const line = text.split('\n', 1)[0] ?? ''
    return { value: { text: (line.split(' #', 1)[0] ?? '').trimEnd(), open: true }, length: line.length }
  }
  let inside = ''
  for (let index = 1; index < text.length; index += 1) {
    const character = text.charAt(index)
    if (character === quote) {
      const value = quote === '"' ? { text: expandEscapes(inside), open: true } : { text: inside, open: false }
      return { value, length: index + 1 }
    }
    const escaped = character === '\\' && index + 1 < text.length
    if (escaped) index += 1
    inside += escaped && text[index] !== quote ? `\\${text.charAt(index)}` : text.charAt(index)
  }
  throw fault('has a quote that is never closed')
}

const expandEscapes = (text: string) =>
  text.replace(/\\(?:([abcfnrtv$"\\])|0(\d{1,3}))/g, (all, letter?: string, octal?: string) => {
    if (letter !== undefined) return ESCAPES[letter] ?? all
    return octal?.length === 3 && /^[0-3][0-7]{2}$/.test(octal) ? String.fromCharCode(Number.parseInt(octal, 8)) : all
  })

function resolve({ text, open }: Value, lookup: Lookup, fault: (what: string) => Fault): string {
  if (!open) return text
  try {
    return interpolate(text, lookup)
  } catch (cause) {
    if (cause instanceof Fault) throw fault(cause.message)
    throw cause
  }
}
