import type { Command } from 'commander'
import { examples, type Tie } from '../../command.ts'
import { CliFault, EXIT } from '../../exit.ts'
import { agrees } from '../../prompt.ts'
import { harmless, plural } from '../../text/words.ts'
import { namesIn } from '../peers.ts'

/** `leave`: every peer is removed on both sides, as by `remove`. */
export function leaveCommand(program: Command, { act }: Tie): void {
  const command = program
    .command('leave')
    .summary('Take this server out of the cluster: all its peers are removed, on both sides')
    .option('-y, --yes', 'Do not ask')
    .addHelpText('after', examples('leave', 'leave --yes'))
  act(command, async (context, { has }) => {
    const { io, client } = context
    const names = namesIn(await client.get('/cluster/peers'))
    if (names.length > 0 && !has('yes')) {
      if (!io.interactive) throw new CliFault(EXIT.usage, 'nobody is here to be asked', 'Add --yes')
      io.err(
        harmless(`This removes ${plural(names.length, 'peer')}: ${names.join(', ')}; joining again needs new invites.`)
      )
      if (!(await agrees(io, 'Go on?'))) throw new CliFault(EXIT.failed, 'nothing was removed')
    }
    for (const name of names) {
      await client.send('DELETE', `/cluster/peers/${encodeURIComponent(name)}`)
      io.err(harmless(`removed ${name}`))
    }
    context.print({ removed: names }, () => `this server has left ${plural(names.length, 'peer')}`)
  })
}
