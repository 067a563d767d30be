import type { Command } from 'commander'
import { examples, type Tie } from '../../command.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit.ts'
import { row, rows, text } from '../../text/shape.ts'
import { tableOf } from '../../text/table.ts'
import { agoOf, harmless, localTime } from '../../text/words.ts'

/** `alert`: who is told of what, and whether they can be. */
export function alertCommands(program: Command, { act }: Tie): void {
  const family = program.command('alert').summary('Messages to people: what is wrong, who is told, and what was sent')
  family.addHelpText('after', examples('alert list', 'alert test', 'alert test ops'))
  act(
    family
      .command('list')
      .summary('Targets and how they take messages, silences, and what is wrong')
      .addHelpText('after', examples('alert list')),
    async (context) => {
      const answer = await context.client.get('/alerts')
      context.print(answer, () => overview(context, row(answer)))
    }
  )
  act(
    family
      .command('test [target]')
      .summary('Send a test message to every target, or to one')
      .addHelpText('after', examples('alert test', 'alert test ops')),
    async (context, { args: [target] }) => {
      const query = target === undefined ? '' : `?target=${encodeURIComponent(target)}`
      const answer = await context.client.send('POST', `/alerts/test${query}`)
      const targets = rows(row(answer).targets)
      const lines = targets.map(({ target, ok, error }) => [
        harmless(text(target)),
        ok === true ? { text: 'sent', color: 'green' as const } : { text: 'failed', color: 'red' as const },
        ok === true ? '' : harmless(text(error))
      ])
      context.print(answer, () =>
        lines.length === 0 ? 'None' : tableOf(['TARGET', 'RESULT', ''], lines, context.paint)
      )
      if (targets.length === 0)
        context.io.err('Targets are in the config of the agent, under alerts.targets, or made on its page Alerts')
      return targets.every(({ ok }) => ok === true) ? EXIT.ok : EXIT.failed
    }
  )
}

function overview({ paint, io }: Context, answer: ReturnType<typeof row>): string {
  const parts = [
    rows(answer.targets).map(({ name, type, where, failing_since: failing, error }) => [
      harmless(text(name)),
      text(type),
      harmless(text(where)),
      failing === undefined
        ? { text: 'works', color: 'green' as const }
        : { text: `fails since ${agoOf(failing, io.now())}: ${harmless(text(error))}`, color: 'red' as const }
    ]),
    rows(answer.problems).map(({ server, title, since, told, silenced }) => [
      harmless(text(server)),
      harmless(text(title)),
      agoOf(since, io.now()),
      silenced === true ? 'silenced' : told === true ? 'told' : 'not told yet'
    ]),
    rows(answer.silences).map(({ id, server, tag, until, by, reason }) => [
      text(id),
      harmless(text(server) || (tag === undefined ? 'everything' : `tag ${text(tag)}`)),
      localTime(text(until)),
      harmless([text(by), text(reason)].filter(Boolean).join(': '))
    ])
  ] as const
  const heads = [
    ['TARGET', 'KIND', 'WHERE', 'STATE'],
    ['SERVER', 'WHAT IS WRONG', 'SINCE', 'PEOPLE'],
    ['SILENCE', 'OF', 'UNTIL', 'BY']
  ]
  const tables = parts.flatMap((lines, at) => (lines.length > 0 ? [tableOf(heads[at] ?? [], lines, paint)] : []))
  return tables.length === 0 ? 'No targets, nothing wrong, no silences' : tables.join('\n\n')
}
