import type { Command } from 'commander'
import { examples, type Tie } from '../../command.ts'
import { CliFault, EXIT } from '../../exit.ts'
import { row, text } from '../../text/shape.ts'
import { harmless, localTime } from '../../text/words.ts'

/** `silence [SERVER] FOR`: nobody is told of a server for a while. */
export function silenceCommand(program: Command, { act }: Tie): void {
  const command = program
    .command('silence [server] [for]')
    .summary('Tell nobody of a server for a while, such as 2h; of what is still wrong then, people are told')
    .option('--tag <tag>', 'Of all servers with this tag')
    .option('--all', 'Of everything')
    .option('--everywhere', 'Its peers tell nobody of it either; only of the server that is asked')
    .option('--reason <text>', 'Why; shown with it')
    .option('--end <id>', 'End this one now; alert list shows them')
    .addHelpText(
      'after',
      examples(
        'silence web-2 2h',
        'silence web-1 2h --everywhere',
        'silence --tag lab 1d',
        'silence --all 30m',
        'silence --end ID'
      )
    )
  act(command, async ({ client, print }, { args, option, has }) => {
    if (has('end')) {
      const answer = await client.send('DELETE', `/alerts/silences/${encodeURIComponent(option('end'))}`)
      print(answer, () => 'The silence is over')
      return
    }
    const [server, length] = has('tag') || has('all') ? [undefined, args[0]] : args
    if (length === undefined || (server === undefined && args.length > 1))
      throw new CliFault(EXIT.usage, 'name a server and a time', 'flatrun-cluster silence web-2 2h')
    const answer = await client.send('POST', '/alerts/silences', {
      ...(server !== undefined && { server }),
      ...(has('tag') && { tag: option('tag') }),
      for: length,
      ...(has('everywhere') && { everywhere: true }),
      ...(has('reason') && { reason: option('reason') })
    })
    const { until, id } = row(answer)
    const of = server ?? (has('tag') ? `servers with the tag ${option('tag')}` : 'anything')
    const where = has('everywhere') ? ', and its peers know' : ''
    print(answer, () => harmless(`Nobody is told of ${of} until ${localTime(text(until))}${where} (${text(id)})`))
  })
}
