import { type Command, Option } from 'commander'
import { knownIn, selectionIn, serversIn, withSelection } from '../../agent/selection.ts'
import { collect, examples, type Given, type Tie } from '../../command.ts'
import type { Context } from '../../context.ts'
import { CliFault, EXIT } from '../../exit.ts'
import { row, text } from '../../text/shape.ts'
import { harmless, localTime } from '../../text/words.ts'

/** `silence [SERVERS] FOR`: nobody is told of some servers for a while. */
export function silenceCommand(program: Command, { act }: Tie): void {
  const command = withSelection(program.command('silence [servers...]'), 'Of these')
    .usage('[options] [servers...] <for>')
    .summary('Tell nobody of some servers for a while, such as 2h; of what is still wrong then, people are told')
    .description(
      'Tell nobody of some servers for a while. A tag alone (@lab) is also of servers that have it only later; all else is of the servers that are meant now, and makes a silence for each. Of what is still wrong at its end, people are told.'
    )
    .addOption(new Option('--tag <tag>', 'The same as --on @tag').hideHelp())
    .option('--all', 'Of everything')
    .option('--everywhere', 'Its peers tell nobody of it either; only of the server that is asked')
    .option('--reason <text>', 'Why; shown with it')
    .option('--end <id>', 'End this one now; alert list shows them', collect)
    .addHelpText(
      'after',
      examples(
        'silence web-2 2h',
        'silence web-1 2h --everywhere',
        'silence @lab 1d',
        "silence 'web-*' 2h --not web-9",
        'silence --all 30m',
        'silence --end ID'
      )
    )
  act(command, async (context, given) => {
    if (given.has('end')) return endEach(context, given)
    const length = given.args.at(-1)
    const subjects = await subjectsIn(context, given)
    if (length === undefined || subjects.length === 0)
      throw new CliFault(EXIT.usage, 'name servers and a time', 'flatrun-cluster silence web-2 2h')
    if (given.has('everywhere') && subjects.length > 1)
      throw new CliFault(EXIT.usage, '--everywhere is only of the server that is asked', 'Name that one alone')
    const reason = given.has('reason') && { reason: given.option('reason') }
    const everywhere = given.has('everywhere') && { everywhere: true }
    const made: unknown[] = []
    for (const { of, ...subject } of subjects) {
      const body = { ...subject, for: length, ...everywhere, ...reason }
      const answer = await context.client.send('POST', '/alerts/silences', body)
      made.push(answer)
      if (!context.json) context.io.out(harmless(lineOf(of, answer, given.has('everywhere'))))
    }
    if (context.json) context.print(made.length === 1 ? made[0] : { silences: made }, () => '')
  })
}

/** Of what one silence is: in the words of the API, and in those of people. */
interface Subject {
  readonly of: string
  readonly server?: string
  readonly tag?: string
}

async function subjectsIn(context: Context, given: Given): Promise<Subject[]> {
  if (given.has('all')) return [{ of: 'anything' }]
  if (given.has('tag')) return [tagged(given.option('tag'))]
  const selected = selectionIn(given, given.args.slice(0, -1))
  if (!selected) return []
  const [word = '', ...others] = selected.servers.flatMap((words) => words.split(','))
  const alone = others.length === 0 && selected.not.length === 0
  if (alone && word.toLowerCase() === 'all') return [{ of: 'anything' }]
  const tag = /^(?:@|tag:)(.+)$/.exec(word)?.[1]
  if (alone && tag !== undefined) return [tagged(tag)]
  const servers = alone ? await serversIn(context, selected) : await knownIn(context, selected)
  return servers.map((server) => ({ of: server, server }))
}

const tagged = (tag: string): Subject => ({ of: `servers with the tag ${tag}`, tag })

function lineOf(of: string, answer: unknown, everywhere: boolean): string {
  const { until, id } = row(answer)
  return `Nobody is told of ${of} until ${localTime(text(until))}${everywhere ? ', and its peers know' : ''} (${text(id)})`
}

async function endEach({ client, print }: Context, { list }: Given): Promise<void> {
  for (const id of list('end')) {
    const answer = await client.send('DELETE', `/alerts/silences/${encodeURIComponent(id)}`)
    print(answer, () => 'The silence is over')
  }
}
