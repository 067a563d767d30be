import type { Command } from 'commander'
import { isLoopback } from '../../agent/addresses.ts'
import type { Client } from '../../agent/client.ts'
import { examples, type Tie } from '../../command.ts'
import { row, text } from '../../text/shape.ts'

/** `sign-in`: a link that opens the dashboard, once. */
export function signInCommand(program: Command, { act }: Tie): void {
  const command = program
    .command('sign-in')
    .summary('Print a link that signs a browser in, once, within ten minutes')
    .description(
      'Print a link that signs a browser in, once, within ten minutes, and how a browser on another machine gets there.'
    )
    .addHelpText('after', examples('sign-in'))
  act(command, async ({ client, print, io }) => {
    const ticket = text(row(await client.send('POST', '/auth/ticket')).ticket)
    const { url } = client.place
    const link = `${url}/#ticket=${ticket}`
    print({ url, link }, () => link)
    if (isLoopback(url)) io.err(`For a browser on another machine: ${await fromElsewhere(client, url)}`)
  })
}

/** The address that others know needs no tunnel; that may be a plain FlatRun agent, or none is known. */
async function fromElsewhere(client: Client, url: string): Promise<string> {
  const status = row((await client.ask({ path: '/cluster/status' })).json)
  const known = text(status.advertise_url)
  if (known !== '' && !isLoopback(known)) return `begin the link with ${known}`
  const port = new URL(url).port || (url.startsWith('https:') ? '443' : '80')
  return `there, first, ssh -L ${port}:127.0.0.1:${port} ${text(status.server_name) || 'SERVER'}`
}
