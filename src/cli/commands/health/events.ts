import type { Command } from 'commander'
import { selectionIn, withSelection } from '../../agent/selection.ts'
import { examples, type Given, type Tie } from '../../command.ts'
import { type Context, durationOf } from '../../context.ts'
import { CliFault, EXIT } from '../../exit.ts'
import { eventsIn } from '../../text/events.ts'
import { type Row, row, text } from '../../text/shape.ts'
import { colorOf, harmless, localTime } from '../../text/words.ts'
import { printTimeline } from './timeline.ts'

const AGAIN_MS = 2_000

/** `events [--follow]`: what happened, and what happens; with --all everywhere. With --json a line of JSON for each. */
export function eventsCommand(program: Command, { act }: Tie): void {
  const command = withSelection(program.command('events'), 'Of these, with who did it')
    .summary('What happened; --follow goes on, --all is of all servers')
    .option('-F, --follow', 'Go on until Ctrl-C; a lost connection is taken up where it was lost')
    .option('--all', 'Of all servers, with who did it')
    .option('--since <when>', 'Only what was since then: 10m, 2h, or a time')
    .option('--from <when>', 'The same')
    .option('--to <when>', 'Only what was until then')
    .option('--after <id>', 'Only events after this one')
    .option('--type <type>', 'Only events of this type, such as peer.state')
    .option('--peer <name>', 'Only events of this peer')
    .option('--deployment <name>', 'Only of deployments of this name')
    .option('--limit <rows>', 'With --all: the newest so many', '1000')
    .addHelpText(
      'after',
      examples(
        'events',
        'events --since 2h',
        'events --all --since 12h',
        'events --on @prod --from 2026-11-28T22:00 --to 2026-11-29T06:00',
        'events --all --deployment shop',
        'events --follow --json | jq .type'
      )
    )
  act(command, async (context, given) => {
    const { option, has } = given
    const wanted = narrowing(given, context.io.now())
    const selected = selectionIn(given)
    if (!has('all') && !selected) return noted(context, wanted, { after: option('after'), follow: has('follow') })
    if (has('follow') || option('after') !== '')
      throw new CliFault(EXIT.usage, '--follow and --after are of the events of one server', 'Leave out --all and --on')
    return printTimeline(context, { ...wanted, selected, most: mostOf(option('limit')) })
  })
}

type Narrowing = ReturnType<typeof narrowing>

/** What the server that is asked has noted itself. */
async function noted(context: Context, wanted: Narrowing, asked: { after: string; follow: boolean }): Promise<number> {
  const { io, client, json } = context
  const { follow } = asked
  let { after } = asked
  for (let begun = false; ; ) {
    try {
      const query = { ...(after !== '' && { after }), ...(!follow && { follow: 'false' }) }
      const stream = await client.stream({ path: '/cluster/events', accept: 'text/event-stream', query })
      begun = true
      for await (const event of eventsIn(stream)) {
        after = String(event.id)
        if (isWanted(event, wanted)) io.out(json ? JSON.stringify(event) : line(event, context))
      }
      if (!follow) return EXIT.ok
    } catch (error) {
      if (io.signal.aborted) return EXIT.interrupted
      const lost = begun && follow && (!(error instanceof CliFault) || error.exitCode === EXIT.unreachable)
      if (!lost) throw error
    }
    io.err('the connection was lost; trying again')
    await io.wait(AGAIN_MS)
  }
}

function isWanted(event: Row, { fromMs = 0, toMs = Number.POSITIVE_INFINITY, deployment, fits }: Narrowing): boolean {
  const at = Date.parse(text(event.at))
  const isOfIt = deployment === '' || row(event.facts).deployment === deployment
  return fits(event) && at >= fromMs && at <= toMs && isOfIt
}

function narrowing({ option }: Given, now: number) {
  const peer = option('peer').toLowerCase()
  const time = (name: string) => (option(name) === '' ? undefined : timeOf(name, option(name), now))
  return {
    fromMs: time('since') ?? time('from'),
    toMs: time('to'),
    deployment: option('deployment'),
    fits: (event: Row) =>
      (option('type') === '' || event.type === option('type')) &&
      (peer === '' || text(event.peer).toLowerCase() === peer)
  }
}

function mostOf(given: string): number {
  if (/^[1-9]\d{0,5}$/.test(given)) return Number(given)
  throw new CliFault(EXIT.usage, `--limit ${given} is no number of rows`)
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
function timeOf(name: string, given: string, now: number): number {
  if (/^[\d.]+(ms|[smh])/.test(given)) return now - durationOf(given)
  const days = /^(\d+)d$/.exec(given)?.[1]
  const time = days === undefined ? Date.parse(given) : now - Number(days) * 86_400_000
  if (!Number.isNaN(time)) return time
  throw new CliFault(EXIT.usage, `--${name} ${given} is no time`, 'For example: 10m, 2h, 3d, 2026-11-28T08:00')
}
