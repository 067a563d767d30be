import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import { examples, type Tie } from '../command.ts'
import { createContext } from '../context.ts'
import { CliFault } from '../exit.ts'
import { row, text } from '../text/shape.ts'

/** The state machines of a running agent, live in a browser. */
export function inspectCommand(program: Command, { act }: Tie): void {
  act(
    program
      .command('inspect [url]')
      .summary('Watch the state machines live in a browser')
      .description(
        'Prints a link that signs in once, within ten minutes. For an agent that only this shell reaches, open the link at the near end of a tunnel: ssh -L 8090:127.0.0.1:8090 SERVER.'
      )
      .option('--peer <name>', 'Watch one peer only')
      .option('--joins', 'Watch the joins only')
      .option('--open', 'Also open the page, without the ticket: other users see the arguments of a program')
      .addHelpText('after', examples('inspect', 'inspect http://127.0.0.1:8090 --peer web-2', 'inspect --open')),
    async (given, { args: [url], option, has }) => {
      const { client, io, print } = url === undefined ? given : createContext({ ...given.flags, url }, given.io)
      const peer = option('peer')
      // It says whether the inspector is on, and whether there is such a peer.
      await client.send('POST', '/inspector/ticket', peer === '' ? {} : { peer })
      const query = peer !== '' ? `?peer=${encodeURIComponent(peer)}` : has('joins') ? '?watch=joins' : ''
      const page = `${client.place.url}/inspect${query}`
      const ticket = await client.send('POST', '/auth/ticket').then(
        (answer) => text(row(answer).ticket),
        (fault: unknown) => {
          if (!(fault instanceof CliFault)) throw fault
          // With a session or without a key there is none; the page asks for a key then.
          return ''
        }
      )
      const link = ticket === '' ? page : `${page}#ticket=${ticket}`
      print({ url: page, link }, () => link)
      if (has('open')) openPage(page, io.err)
    }
  )
}

function openPage(page: string, say: (line: string) => void): void {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const child = spawn(opener, [page], { stdio: 'ignore', detached: true })
  child.on('error', () => say(`${opener} cannot be started; open the link yourself`))
  child.unref()
}
