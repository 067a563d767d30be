import type { Command } from 'commander'
import { peerNamed } from '../agent/servers.ts'
import { examples, type Tie } from '../command.ts'
import { GRANTS_HELP, grantsOf } from '../grants.ts'
import { row, rows, text, texts } from '../text/shape.ts'
import { tableOf } from '../text/table.ts'
import { harmless } from '../text/words.ts'

/** `policy PEER [GRANTS]`: what a peer may do here. */
export function policyCommand(program: Command, { act }: Tie): void {
  const command = program
    .command('policy <peer> [grants]')
    .summary('What a peer may do here; with GRANTS, change it')
    .description(`${GRANTS_HELP}, with commas between them. It counts from the peer's next request on.`)
    .addHelpText('after', examples('policy web-2', 'policy web-2 read', 'policy web-2 fleet.read,capacity.read'))
  act(command, async (context, { args: [peer = '', words] }) => {
    const path = `/cluster/peers/${encodeURIComponent(await peerNamed(context, peer))}/policy`
    const answer =
      words === undefined
        ? await context.client.get(path)
        : await context.client.send('PUT', path, { grants: grantsOf(words) })
    const grants = rows(row(answer).grants)
    const lines = grants.map((grant) => [text(grant.capability), texts(grant.deployments).join(', ') || 'all'])
    context.print(answer, () =>
      lines.length === 0
        ? harmless(`${text(row(answer).peer)} may do nothing here`)
        : tableOf(['MAY', 'DEPLOYMENTS'], lines, context.paint)
    )
  })
}
