import { failure } from '../failure.ts'

const MAX_DEPTH = 32
/** Each becomes an object or a text of its own: 4 MiB of `{}` would be ninety. */
const MAX_VALUES = 500_000
/** A key `__proto__`, plain or with escapes; worth a closer look only when it matches. */
const SUSPICIOUS = /__proto__|\\u00(?:5f|70|72|6f|74)/i

/**
 * A peer's JSON, read with suspicion: valid, at most 32 levels deep and half a million values, and no key that could
 * reach a prototype.
 * @throws RemoteFailure of class bad_json or too_large.
 */
export function parseJson(text: string): unknown {
  if (scan(text) > MAX_DEPTH) throw failure('bad_json')
  const value = parse(text)
  if (SUSPICIOUS.test(text) && poisoned(value)) throw failure('bad_json')
  return value
}

/**
 * The text of a member of the outermost object, as it stands in `text`, which must be valid JSON.
 * Undefined where it cannot be told from the text alone: when it is there twice, or a key is written with escapes.
 */
export function memberText(text: string, name: string): string | undefined {
  const found: string[] = []
  let plain = true
  scan(text, (key, start, end) => {
    if (key.includes('\\')) plain = false
    if (key === `"${name}"`) found.push(text.slice(start, end))
  })
  return plain && found.length === 1 ? found[0]?.trim() : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw failure('bad_json', { cause })
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a

/**
 * How deep arrays and objects lie in one another. Counted in the text, so that no depth can exhaust the stack.
 * Visits the members of the outermost object on the way: the text of the key, and where the value begins and ends.
 */
function scan(text: string, visit?: (key: string, start: number, end: number) => void): number {
  let depth = 0
  let deepest = 0
  let values = 0
  let key = ''
  let begin = 0
  let value = -1
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === QUOTE) {
      at = endOfString(text, at)
    } else if (char === 0x7b || char === 0x5b) {
      values++
      if (++depth > deepest) deepest = depth
      if (depth === 1) begin = at + 1
    } else if (char === 0x7d || char === 0x5d || char === COMMA) {
      if (visit && depth === 1) {
        if (value !== -1) visit(key, value, at)
        value = -1
        begin = at + 1
      }
      if (char !== COMMA) depth--
      else if (++values > MAX_VALUES) throw failure('too_large')
    } else if (char === COLON && depth === 1) {
      key = text.slice(begin, at).trim()
      value = at + 1
    }
  }
  return deepest
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text.charCodeAt(before) === BACKSLASH) before--
    if ((end - before) % 2 === 1) return end
  }
  return text.length
}

function poisoned(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(poisoned)
}
