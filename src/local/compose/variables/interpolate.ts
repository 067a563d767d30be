import { Fault } from '../fault.ts'

/** The value of a variable; undefined for one that is not set. */
export type Lookup = (name: string) => string | undefined

const NAME = /^[_a-z][_a-z0-9]*/i
const OPERATOR = /^(?::[-+?]|[-+?])/

/**
 * Replaces the variables of a text as compose does (compose-spec, interpolation): `$NAME`, `${NAME}`, `${NAME:-word}`,
 * `${NAME-word}`, `${NAME:?word}`, `${NAME?word}`, `${NAME:+word}`, `${NAME+word}`, and `$$` for a dollar sign. Words
 * may hold variables themselves. Throws a Fault for a required variable and for a `${` that is none; it quotes no value.
 */
export function interpolate(text: string, lookup: Lookup): string {
  let result = ''
  let rest = text
  for (;;) {
    const at = rest.indexOf('$')
    if (at === -1) return result + rest
    result += rest.slice(0, at)
    const after = rest.slice(at + 1)
    if (after.startsWith('$')) {
      result += '$'
      rest = after.slice(1)
    } else if (after.startsWith('{')) {
      const end = closingBrace(after)
      result += braced(after.slice(1, end), lookup)
      rest = after.slice(end + 1)
    } else {
      const name = after.match(NAME)?.[0] ?? ''
      result += name === '' ? '$' : (lookup(name) ?? '')
      rest = after.slice(name.length)
    }
  }
}

/** Braces are counted, not parsed: a word may be JSON. Variables never reach over the end of a line. */
function closingBrace(text: string): number {
  let open = 0
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index)
    if (character === '\n') break
    if (character === '{') open += 1
    if (character === '}') open -= 1
    if (open === 0) return index
  }
  throw invalid()
}

function braced(inside: string, lookup: Lookup): string {
  const name = inside.match(NAME)?.[0]
  if (name === undefined) throw invalid()
  const value = lookup(name)
  const after = inside.slice(name.length)
  if (after === '') return value ?? ''
  const operator = after.match(OPERATOR)?.[0]
  if (operator === undefined) throw invalid()
  // Compose resolves the word before it knows whether it is needed.
  const word = interpolate(after.slice(operator.length), lookup)
  const given = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined
  if (operator.endsWith('-')) return given ? (value ?? '') : word
  if (operator.endsWith('+')) return given ? word : (value ?? '')
  if (!given) throw new Fault(`needs the variable ${name}, which has no value: set it in .env`)
  return value ?? ''
}

const invalid = () => new Fault('has a "${" that is no variable: write "$$" for a dollar sign')
