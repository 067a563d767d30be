import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { type Row, row } from './shape.ts'

/** The events of a stream; comments and what is no event are passed over. */
export async function* eventsIn(stream: Readable): AsyncGenerator<Row> {
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }))
    yield* eventsOf(line)
}

/** The events of an answer that has ended. */
export const eventsOf = (answer: string): Row[] =>
  answer
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => row(parse(line.slice('data:'.length))))
    .filter(({ id }) => id !== undefined)

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
