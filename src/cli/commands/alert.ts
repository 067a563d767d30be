import type { Command } from 'commander'
import { examples, type Tie } from '../command.ts'
import { EXIT } from '../exit.ts'
import { row, rows, text } from '../text/shape.ts'
import { tableOf } from '../text/table.ts'
import { harmless } from '../text/words.ts'

/** `alert test`: whether whoever is to be told can be told. */
export function alertCommands(program: Command, { act }: Tie): void {
  const family = program.command('alert').summary('Messages to people when a peer goes offline or comes back')
  family.addHelpText('after', examples('alert test'))
  act(
    family
      .command('test')
      .summary('Send a test message to every target now')
      .addHelpText('after', examples('alert test')),
    async (context) => {
      const answer = await context.client.send('POST', '/alerts/test')
      const targets = rows(row(answer).targets)
      const lines = targets.map(({ target, ok, error }) => [
        harmless(text(target)),
        ok === true ? { text: 'sent', color: 'green' as const } : { text: 'failed', color: 'red' as const },
        ok === true ? '' : harmless(text(error))
      ])
      context.print(answer, () =>
        lines.length === 0 ? 'None' : tableOf(['TARGET', 'RESULT', ''], lines, context.paint)
      )
      if (targets.length === 0) context.io.err('Targets are in the config of the agent, under alerts.targets')
      return targets.every(({ ok }) => ok === true) ? EXIT.ok : EXIT.failed
    }
  )
}
