import { memberText, parseJson } from '../../remote/answers/json.ts'
import { RemoteFailure } from '../../remote/failure.ts'
import type { Answer, Incomplete } from '../../schemas/answer.ts'
import { isRecord } from '../../untyped.ts'

export type AggregateKind = 'deployments' | 'stats' | 'capacity'

/** How nodes' answers are read. Rejects with a RemoteFailure. */
export interface Splice {
  /** The members that a node's answer adds to its entry, `"data":…` first: what it sent, checked, and not written again. */
  data(kind: AggregateKind, text: string): Promise<string>
  /** Of such members, only the deployments that are what is asked for. */
  matching(text: string, wanted: { status?: string; name?: string }): Promise<string>
}

/** Reads them where it is asked. */
export const inline: Splice = {
  data: async (kind, text) => membersOf(givenBy[kind](text)),
  matching: async (text, wanted) => matching(text, wanted)
}

/** What is taken of one node's answer, as texts. */
export interface Given {
  /** A part of what it sent, as a rule. */
  data: string
  incomplete?: string
}

export const givenBy: Record<AggregateKind, (text: string) => Given> = {
  deployments,
  stats: whole,
  capacity: whole
}

export const membersOf = ({ data, incomplete }: Given) =>
  `"data":${data}${incomplete === undefined ? '' : `,"incomplete":${incomplete}`}`

/** Of whatever shape a node sends its list in, the array, and what keeps it from being whole. FlatRun writes none at all as `null`. */
function deployments(text: string): Given {
  const value = parseJson(text)
  if (Array.isArray(value)) return { data: checkedList(value, text) }
  if (!isRecord(value)) throw unusable()
  const member = Object.hasOwn(value, 'deployments') ? 'deployments' : 'items'
  const list = value[member] === null ? [] : value[member]
  if (!Array.isArray(list)) throw unusable()
  const data = checkedList(
    list,
    (value[member] === list ? memberText(text, member) : undefined) ?? JSON.stringify(list)
  )
  const incomplete = incompleteOf(value)
  return { data, ...(incomplete.length > 0 ? { incomplete: JSON.stringify(incomplete) } : {}) }
}

function incompleteOf({ error, engine }: Record<string, unknown>): Incomplete[] {
  const found: Incomplete[] = []
  if (typeof error === 'string') found.push({ about: 'deployments', detail: cut(error) })
  if (isRecord(engine) && typeof engine.state === 'string' && engine.state !== 'connected') {
    const detail = typeof engine.detail === 'string' ? engine.detail : engine.state
    found.push({ about: 'engine', state: cut(engine.state, 40), detail: cut(detail) })
  }
  return found
}

/** A sentence of another node's, no longer than one is. */
const cut = (text: string, length = 400) => text.slice(0, length)

function checkedList(list: readonly unknown[], text: string): string {
  if (!list.every(isRecord)) throw unusable()
  return text
}

function whole(text: string): Given {
  if (!isRecord(parseJson(text))) throw unusable()
  return { data: text }
}

/** Only the deployments that are what is asked for. */
export function matching(text: string, wanted: { status?: string; name?: string }): string {
  const fits = (deployment: unknown) =>
    isRecord(deployment) &&
    (wanted.status === undefined || deployment.status === wanted.status) &&
    (wanted.name === undefined || deployment.name === wanted.name)
  const members = JSON.parse(`{${text}}`)
  return JSON.stringify({ ...members, data: members.data.filter(fits) }).slice(1, -1)
}

/** One node's entry, with what its answer adds to it. */
export function entryText(answer: Omit<Answer, 'data'>, members?: string): string {
  const head = JSON.stringify(answer)
  return members === undefined ? head : `${head.slice(0, -1)},${members}}`
}

const unusable = () => new RemoteFailure('bad_json', 'its answer does not have the expected shape')
