import type { Command } from 'commander'
import { examples, type Tie } from '../../command.ts'
import { type Context, durationOf } from '../../context.ts'
import { CliFault, EXIT } from '../../exit.ts'
import { eventsIn } from '../../text/events.ts'
import { type Row, row, text } from '../../text/shape.ts'
import { colorOf, harmless, localTime } from '../../text/words.ts'

const AGAIN_MS = 2_000

/** `events [--follow]`: what happened, and what happens. With --json a line of JSON for each. */
export function eventsCommand(program: Command, { act }: Tie): void {
  const command = program
    .command('events')
    .summary('What happened; --follow goes on')
    .option('-F, --follow', 'Go on until Ctrl-C; a lost connection is taken up where it was lost')
    .option('--since <when>', 'Only events since then: 10m, 2h, or a time')
    .option('--after <id>', 'Only events after this one')
    .option('--type <type>', 'Only events of this type, such as peer.state')
    .option('--peer <name>', 'Only events of this peer')
    .addHelpText(
      'after',
      examples('events', 'events --since 2h', 'events --follow', 'events --follow --json | jq .type')
    )
  act(command, async (context, { option, has }) => {
    const { io, client } = context
    const since = option('since') === '' ? undefined : sinceOf(option('since'), io.now())
    const peer = option('peer').toLowerCase()
    const fits = (event: Row) =>
      (since === undefined || Date.parse(text(event.at)) >= since) &&
      (option('type') === '' || event.type === option('type')) &&
      (peer === '' || text(event.peer).toLowerCase() === peer)
    let after = option('after')
    for (let begun = false; ; ) {
      try {
        const query = { ...(after !== '' && { after }), ...(!has('follow') && { follow: 'false' }) }
        const stream = await client.stream({ path: '/cluster/events', accept: 'text/event-stream', query })
        begun = true
        for await (const event of eventsIn(stream)) {
          after = String(event.id)
          if (fits(event)) io.out(context.json ? JSON.stringify(event) : line(event, context))
        }
        if (!has('follow')) return EXIT.ok
      } catch (error) {
        if (io.signal.aborted) return EXIT.interrupted
        const lost = begun && has('follow') && (!(error instanceof CliFault) || error.exitCode === EXIT.unreachable)
        if (!lost) throw error
      }
      io.err('the connection was lost; trying again')
      await io.wait(AGAIN_MS)
    }
  })
}

function line(event: Row, { paint }: Context): string {
  const change = event.from !== undefined || event.to !== undefined ? `${text(event.from)} → ${text(event.to)}` : ''
  const parts = [
    paint('dim', localTime(text(event.at))),
    harmless(text(event.type)).padEnd(18),
    harmless(text(event.peer)),
    paint(colorOf(text(event.to)), harmless(change)),
    harmless(text(event.reason)),
    paint('dim', harmless(factsOf(event)))
  ]
  return parts.filter((part) => part.trim() !== '').join('  ')
}

const factsOf = ({ facts }: Row) =>
  Object.entries(row(facts))
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')

/** `10m` ago, or a time as any clock writes it. @throws CliFault */
function sinceOf(given: string, now: number): number {
  if (/^[\d.]+(ms|[smh])/.test(given)) return now - durationOf(given)
  const days = /^(\d+)d$/.exec(given)?.[1]
  const time = days === undefined ? Date.parse(given) : now - Number(days) * 86_400_000
  if (!Number.isNaN(time)) return time
  throw new CliFault(EXIT.usage, `--since ${given} is no time`, 'For example: 10m, 2h, 3d, 2026-11-28T08:00')
}
