import { RemoteFailure } from '../../remote/failure.ts'
import { memberText, parseJson } from '../../remote/json.ts'
import type { Answer } from '../../schemas/answer.ts'
import { isRecord } from '../../untyped.ts'

export type AggregateKind = 'deployments' | 'stats' | 'capacity'

/** How nodes' answers are read. Rejects with a RemoteFailure. */
export interface Splice {
  /** The text that stands as `data` for a node: what it sent, checked, and not written again. */
  data(kind: AggregateKind, text: string): Promise<string>
  /** Of such a text, only the deployments that are what is asked for. */
  matching(text: string, wanted: { status?: string; name?: string }): Promise<string>
}

/** Reads them where it is asked. */
export const inline: Splice = {
  data: async (kind, text) => dataText[kind](text),
  matching: async (text, wanted) => matching(text, wanted)
}

export const dataText: Record<AggregateKind, (text: string) => string> = {
  deployments: deploymentsText,
  stats: objectText,
  capacity: objectText
}

/** Of whatever shape a node sends its list in, the array alone. FlatRun writes none at all as `null`. */
function deploymentsText(text: string): string {
  const value = parseJson(text)
  if (Array.isArray(value)) return checkedList(value, text)
  if (!isRecord(value)) throw unusable()
  const member = Object.hasOwn(value, 'deployments') ? 'deployments' : 'items'
  const list = value[member]
  if (list === null) return '[]'
  if (!Array.isArray(list)) throw unusable()
  return checkedList(list, memberText(text, member) ?? JSON.stringify(list))
}

function checkedList(list: readonly unknown[], text: string): string {
  if (!list.every(isRecord)) throw unusable()
  return text
}

function objectText(text: string): string {
  if (!isRecord(parseJson(text))) throw unusable()
  return text
}

/** Only the deployments that are what is asked for. */
export function matching(text: string, wanted: { status?: string; name?: string }): string {
  const fits = (deployment: unknown) =>
    isRecord(deployment) &&
    (wanted.status === undefined || deployment.status === wanted.status) &&
    (wanted.name === undefined || deployment.name === wanted.name)
  return JSON.stringify(JSON.parse(text).filter(fits))
}

/** One node's entry, its data spliced in. */
export function entryText(answer: Omit<Answer, 'data'>, data?: string): string {
  const head = JSON.stringify(answer)
  return data === undefined ? head : `${head.slice(0, -1)},"data":${data}}`
}

const unusable = () => new RemoteFailure('bad_json', 'its answer does not have the expected shape')
