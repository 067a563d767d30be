import type { AlertTarget } from '../../schemas/alerts/alert-target.ts'
import { plain } from '../words.ts'

const FIELDS = ['description', 'errorDescription', 'message', 'errors', 'error'] as const
const LONGEST = 120

/** Why a receiver refused a message, in its own words: "chat not found". Never what is secret about the target. */
export function explanationIn(answer: string, target: AlertTarget): string {
  const said = sentenceIn(answer)
  return plain(
    secretsOf(target).reduce((text, secret) => text.replaceAll(secret, '…'), said),
    LONGEST
  )
}

function sentenceIn(answer: string): string {
  try {
    const body: unknown = JSON.parse(answer)
    if (typeof body !== 'object' || body === null) return ''
    const fields = new Map<string, unknown>(Object.entries(body))
    const found = FIELDS.map((name) => fields.get(name)).find((value) => value !== undefined)
    return typeof found === 'string' ? found : Array.isArray(found) ? found.map(String).join(', ') : ''
  } catch {
    // Slack answers with a word; a page of HTML says nothing to anybody.
    return /^[^<\n]{1,80}$/.test(answer.trim()) ? answer.trim() : ''
  }
}

/** Every part that is long enough to be one: tokens, addresses, and the pieces of their paths. */
function secretsOf(target: AlertTarget): string[] {
  const values = Object.entries(target).flatMap(([key, value]) =>
    typeof value === 'string' && !['type', 'name', 'from'].includes(key)
      ? [value, ...(value.match(/"[^"]*"/g) ?? []).map((text) => text.slice(1, -1))]
      : []
  )
  const pieces = values.flatMap((value) => [value, ...value.split(/[/?&=:@]+/)])
  return pieces.filter((piece) => piece.length >= 6).toSorted((one, other) => other.length - one.length)
}
