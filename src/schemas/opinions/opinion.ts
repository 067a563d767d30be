import { type Static, Type } from 'typebox'
import { FailureClass } from '../health.ts'

/**
 * What others say of a peer that does not answer here. confirmed: two or more answered, or all there are, and none
 * reached it. here_only: somebody reached it. cut_off: nobody who was asked answers, or most peers fail: the fault may
 * be here. alone: there is nobody to ask.
 */
export const Scope = Type.Enum(['confirmed', 'here_only', 'cut_off', 'alone'])
export type Scope = Static<typeof Scope>

/** The answer of one member that was asked about another: after a probe that it made for the question. */
export const Opinion = Type.Object({
  opinion: Type.Enum(['up', 'down', 'unknown']),
  latency_ms: Type.Optional(Type.Number({ minimum: 0, maximum: 60_000 })),
  class: Type.Optional(FailureClass),
  url: Type.Optional(Type.String({ maxLength: 512, description: 'Where it was reached' }))
})
export type Opinion = Static<typeof Opinion>

export const OpinionRequest = Type.Object({ about: Type.String({ minLength: 1, maxLength: 64 }) })

/** One that was asked. `silent`: it gave no answer. */
export const Witness = Type.Object({
  name: Type.String(),
  says: Type.Enum(['up', 'down', 'silent']),
  latency_ms: Type.Optional(Type.Number()),
  class: Type.Optional(FailureClass)
})
export type Witness = Static<typeof Witness>

/** What is known of a peer from others. */
export interface Opinions {
  scope: Scope
  witnesses: readonly Witness[]
}

/** The same words wherever somebody reads of it, such as "node-2 and node-4 reach it, node-3 does not". */
export function scopeWords({ scope, witnesses }: Opinions): string {
  if (scope === 'alone') return 'there is no other server to ask about it'
  const said = witnessWords(witnesses)
  if (scope === 'cut_off') return `this server seems to be cut off: ${said || 'most of its peers fail'}`
  return scope === 'here_only' ? `unreachable from here only: ${said}` : said
}

function witnessWords(witnesses: readonly Witness[]): string {
  const whoSay = (says: Witness['says']) => witnesses.flatMap((witness) => (witness.says === says ? witness.name : []))
  const [up, down, silent] = [whoSay('up'), whoSay('down'), whoSay('silent')]
  const parts = [
    up.length > 0 && `${listed(up)} ${up.length > 1 ? 'reach' : 'reaches'} it`,
    down.length > 0 &&
      `${listed(down)} ${down.length > 1 ? 'do' : 'does'} not${up.length > 0 ? '' : ' reach it either'}`,
    silent.length > 0 && `${listed(silent)} ${silent.length > 1 ? 'give' : 'gives'} no answer`
  ]
  return parts.filter((part) => part !== false).join(', ')
}

const listed = (names: readonly string[]) =>
  names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? '')
