import type { Command } from 'commander'
import { peerNamed } from '../agent/servers.ts'
import { examples, type Tie } from '../command.ts'
import { CliFault, EXIT } from '../exit.ts'
import { number, row, rows, text } from '../text/shape.ts'
import { tableOf } from '../text/table.ts'
import { agoOf, harmless } from '../text/words.ts'
import { stateOf } from './peers.ts'

/** Who is let in, with which keys, and who did what. */
export function trustCommands(program: Command, { act }: Tie): void {
  act(
    program
      .command('approve <name>')
      .summary('Let in a peer that waits for approval')
      .addHelpText('after', examples('approve web-2')),
    async (context, { args: [named = ''] }) => {
      const name = await peerNamed(context, named)
      const peer = row(await context.client.send('POST', `/cluster/peers/${encodeURIComponent(name)}/approve`))
      context.print(peer, () => harmless(`${name} is let in, and ${stateOf(peer)}`))
    }
  )

  act(
    program
      .command('rotate <name>')
      .summary('Change the keys between this server and a peer')
      .addHelpText('after', examples('rotate web-2')),
    async (context, { args: [named = ''] }) => {
      const name = await peerNamed(context, named)
      const answer = await context.client.send('POST', `/cluster/peers/${encodeURIComponent(name)}/rotate`)
      context.print(answer, () => harmless(`the keys between this server and ${name} are new, both ways`))
    }
  )

  act(
    program
      .command('audit')
      .summary('Who did what')
      .option('--limit <entries>', 'So many of the newest', '50')
      .addHelpText('after', examples('audit', 'audit --limit 500 --json')),
    async (context, { option }) => {
      if (!/^[1-9]\d*$/.test(option('limit'))) throw new CliFault(EXIT.usage, `--limit ${option('limit')} is no number`)
      const answer = await context.client.get('/audit', { limit: option('limit') })
      const lines = rows(row(answer).entries).map((entry) => [
        agoOf(entry.at, context.io.now()),
        `${text(entry.who)}${entry.introduced_by ? ` (introduced by ${text(entry.introduced_by)})` : ''}`,
        text(entry.what),
        text(entry.target),
        text(entry.from),
        resultOf(number(entry.result) ?? 0, number(entry.times) ?? 1)
      ])
      const heads = ['WHEN', 'WHO', 'WHAT', 'TARGET', 'FROM', 'RESULT']
      context.print(answer, () => (lines.length === 0 ? 'None' : tableOf(heads, lines, context.paint)))
    }
  )
}

const resultOf = (status: number, times: number) => ({
  text: times > 1 ? `${status} (${times} times)` : String(status),
  color: status >= 400 ? ('red' as const) : ('green' as const)
})
