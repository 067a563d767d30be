import type { Command } from 'commander'
import { selectionIn, withSelection } from '../agent/selection.ts'
import { peerNamed } from '../agent/servers.ts'
import { examples, type Given, type Tie } from '../command.ts'
import type { Context } from '../context.ts'
import { CliFault, EXIT } from '../exit.ts'
import { number, row, rows, text } from '../text/shape.ts'
import { tableOf } from '../text/table.ts'
import { agoOf, harmless } from '../text/words.ts'
import { among, stateOf } from './peers.ts'

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
    withSelection(program.command('rotate [servers...]'), 'With these peers')
      .summary('Change the keys between this server and peers')
      .addHelpText('after', examples('rotate web-2', 'rotate all', 'rotate @prod --not db-3')),
    rotate
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

async function rotate(context: Context, given: Given): Promise<number> {
  const { client, io, print } = context
  const selected = selectionIn(given, given.args)
  if (!selected) throw new CliFault(EXIT.usage, 'name the peers', 'flatrun-cluster rotate web-2, or rotate all')
  const known = rows(row(await client.get('/cluster/peers')).peers)
  const names = (await among(context, known, selected)).map(({ name }) => text(name))
  const rotated: string[] = []
  for (const name of names)
    try {
      const answer = await client.send('POST', `/cluster/peers/${encodeURIComponent(name)}/rotate`)
      rotated.push(name)
      if (context.json && names.length === 1) print(answer, () => '')
      if (!context.json) io.out(harmless(`the keys between this server and ${name} are new, both ways`))
    } catch (error) {
      // Of several the others are still to be done.
      if (names.length === 1 || !(error instanceof CliFault)) throw error
      io.err(harmless(`${name}: ${error.message}`))
    }
  const failed = names.filter((name) => !rotated.includes(name))
  if (names.length !== 1 && context.json) print({ rotated, failed }, () => '')
  return failed.length === 0 ? EXIT.ok : EXIT.failed
}

const resultOf = (status: number, times: number) => ({
  text: times > 1 ? `${status} (${times} times)` : String(status),
  color: status >= 400 ? ('red' as const) : ('green' as const)
})
