import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { CliFault, EXIT } from '../exit.ts'

/** The lines of an answer as they come. Ends at Ctrl-C; a connection that is lost is a fault, with what that means. */
export async function* linesIn(stream: Readable, signal: AbortSignal, lost: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  } catch {
    if (!signal.aborted) throw new CliFault(EXIT.unreachable, `The connection was lost${lost}`)
  }
}
