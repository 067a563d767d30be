import { failure } from './failure.ts'

const MAX_DEPTH = 32
/** A key `__proto__`, plain or with escapes; worth a closer look only when it matches. */
const SUSPICIOUS = /__proto__|\\u00(?:5f|70|72|6f|74)/i

/**
 * A peer's JSON, read with suspicion: valid, at most 32 levels deep, and no key that could reach a prototype.
 * @throws RemoteFailure of class bad_json.
 */
export function parseJson(text: string): unknown {
  if (depthOf(text) > MAX_DEPTH) throw failure('bad_json')
  const value = parse(text)
  if (SUSPICIOUS.test(text) && poisoned(value)) throw failure('bad_json')
  return value
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
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

/** How deep arrays and objects lie in one another. Counted in the text, so that no depth can exhaust the stack. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === QUOTE) at = endOfString(text, at)
    else if (char === 0x7b || char === 0x5b) deepest = Math.max(deepest, ++depth)
    else if (char === 0x7d || char === 0x5d) depth--
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
