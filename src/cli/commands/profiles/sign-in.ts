import type { Command } from 'commander'
import { examples, type Tie } from '../../command.ts'
import { row, text } from '../../text/shape.ts'

/** `sign-in`: a link that opens the dashboard, once. */
export function signInCommand(program: Command, { act }: Tie): void {
  const command = program
    .command('sign-in')
    .summary('Print a link that signs a browser in, once, within ten minutes')
    .description(
      'Print a link that signs a browser in, once, within ten minutes. For an agent that only this shell reaches, open it at the near end of a tunnel: ssh -L 8090:127.0.0.1:8090 SERVER.'
    )
    .addHelpText('after', examples('sign-in'))
  act(command, async ({ client, print }) => {
    const answer = row(await client.send('POST', '/auth/ticket'))
    const link = `${client.place.url}/#ticket=${text(answer.ticket)}`
    print({ url: client.place.url, link }, () => link)
  })
}
