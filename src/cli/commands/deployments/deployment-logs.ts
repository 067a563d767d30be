import { text as textOfStream } from 'node:stream/consumers'
import type { Ask } from '../../agent/client.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit.ts'
import { linesIn } from '../../text/lines.ts'
import { row, text } from '../../text/shape.ts'
import { logLine } from '../../text/words.ts'

/** Prints a log line by line. Plain FlatRun, which does not follow, sends all of it as JSON. */
export async function readLogs({ client, io }: Context, ask: Pick<Ask, 'path' | 'query'>): Promise<number> {
  const stream = await client.stream({ ...ask, accept: 'text/plain' })
  if (stream.headers['content-type']?.includes('json')) {
    const answer: unknown = JSON.parse(await textOfStream(stream))
    const logs = text(row(answer).logs).trimEnd()
    if (logs !== '') for (const line of logs.split('\n')) io.out(logLine(line))
    return EXIT.ok
  }
  for await (const line of linesIn(stream, io.signal, ' in the middle of the log')) io.out(logLine(line))
  return io.signal.aborted ? EXIT.interrupted : EXIT.ok
}
