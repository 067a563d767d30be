import type { Answer } from '../../../schemas/answer.ts'
import type { Api } from '../access/api.ts'
import { linesOf } from './lines.ts'
import { field, text } from './reading.ts'

/** One node's answer as it is kept here: the newest data that came, and when it was true. */
export interface Slice extends Answer {
  /** Wall milliseconds at which `data` was true; absent without data. */
  trueAt?: number
  /** Shown from memory, since the node gave nothing usable this time. */
  old: boolean
}
export type Slices = ReadonlyMap<string, Slice>

/**
 * A question to all nodes, answered node by node where the node streams (NDJSON), else at once.
 * Who did not answer keeps what it said last, marked as old: a silent node never vanishes.
 */
export async function aggregate(
  api: Api,
  path: string,
  { before, signal, partial }: { before: Slices; signal: AbortSignal; partial: (slices: Slices) => void }
): Promise<Slices> {
  const accept = 'application/x-ndjson, application/json;q=0.9'
  const response = await api.open(`${path}?stale=true`, { accept, signal })
  const came = new Map<string, Slice>()
  const take = (answer: Answer) => came.set(answer.name, slice(answer, before.get(answer.name)))

  if (response.body && response.headers.get('content-type')?.includes('ndjson')) {
    // A list of two hundred nodes is drawn a few times, not two hundred times.
    let drawnAt = 0
    for await (const line of linesOf(response.body)) {
      const answer = parsed(line)
      if (!answer) continue
      take(answer)
      if (performance.now() - drawnAt < 100) continue
      drawnAt = performance.now()
      partial(new Map([...before, ...came]))
    }
    return came
  }
  const body: unknown = await response.json()
  for (const answer of Object.values(Object(field(body, 'servers')))) if (isAnswer(answer)) take(answer)
  return came
}

function slice(answer: Answer, last: Slice | undefined): Slice {
  if (answer.data !== undefined) {
    return { ...answer, trueAt: Date.now() - (answer.age_ms ?? 0), old: answer.stale === true }
  }
  if (last?.data === undefined || last.trueAt === undefined) return { ...answer, old: false }
  return { ...answer, data: last.data, trueAt: last.trueAt, old: true }
}

function parsed(line: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isAnswer(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isAnswer(value: unknown): value is Answer {
  return text(field(value, 'name')) !== '' && typeof field(value, 'online') === 'boolean'
}
