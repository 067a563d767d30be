import type { Ask } from '../../agent/client.ts'
import type { Context } from '../../context.ts'
import { CliFault, EXIT } from '../../exit.ts'
import { linesIn } from '../../text/lines.ts'
import { number, type Row, row, text } from '../../text/shape.ts'
import { type Color, harmless, spanOf } from '../../text/words.ts'

const COLORS: Readonly<Record<string, Color>> = { done: 'green', failed: 'red', skipped: 'yellow' }

const LOST = '; what was begun goes on, and no other server is begun'

/** Restarts a deployment on several servers, and tells each step as it is made. Ctrl-C stops it after what was begun. */
export async function restartOnSeveral(context: Context, ask: Pick<Ask, 'path' | 'query'>): Promise<number> {
  const stream = await context.client.stream({ ...ask, method: 'POST', accept: 'application/x-ndjson' })
  let summary: Row | undefined
  for await (const line of linesIn(stream, context.io.signal, LOST)) {
    const step = row(JSON.parse(line))
    if (step.summary === undefined) context.print(step, () => told(step, context))
    else summary = row(step.summary)
  }
  if (context.io.signal.aborted) {
    context.io.err('What was begun goes on; no other server is begun.')
    return EXIT.interrupted
  }
  if (!summary) throw new CliFault(EXIT.unreachable, `The connection was lost${LOST}`)
  context.io.err(
    `${number(summary.done) ?? 0} restarted, ${number(summary.failed) ?? 0} failed, ${number(summary.skipped) ?? 0} skipped`
  )
  return number(summary.failed) === 0 ? EXIT.ok : EXIT.failed
}

function told({ server, state, detail, duration_ms }: Row, { paint }: Context): string {
  const took = number(duration_ms) === undefined ? '' : `  ${spanOf(number(duration_ms) ?? 0)}`
  // Of what went well the steps are no news.
  const why = text(detail) === '' || text(state) === 'done' ? '' : `  ${text(detail)}`
  return `${harmless(text(server))}  ${paint(COLORS[text(state)], harmless(text(state)))}${took}${harmless(why)}`
}
