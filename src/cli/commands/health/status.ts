import type { Command } from 'commander'
import { isSelfSigned, pinOf } from '../../../security/certificates/certificate.ts'
import { ownReach } from '../../agent/addresses.ts'
import type { Place } from '../../agent/place.ts'
import { selectionIn, withSelection } from '../../agent/selection.ts'
import { examples, type Tie } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { number, type Row, row, rows, text } from '../../text/shape.ts'
import { harmless, spanOf } from '../../text/words.ts'
import { among, isUp, stateOf, summaryOf } from '../peers.ts'

/** How the agent is, and how the cluster is as it sees it. */
export function statusCommands(program: Command, { act }: Tie): void {
  act(
    program
      .command('health')
      .summary('Whether the agent is well')
      .option('--check', 'Also whether every peer is up; exit 6 when one is not')
      .addHelpText('after', examples('health', 'health --check')),
    async (context, { has }) => {
      const answer = row(await context.client.get('/health'))
      const { version } = row(answer.version)
      context.print(answer, () =>
        harmless(
          `${text(answer.status)}  ${text(answer.name) || text(answer.agent)} ${text(answer.agent_version) || text(version)}`
        )
      )
      if (!has('check')) return EXIT.ok
      const peers = rows(row(await context.client.get('/cluster/peers')).peers)
      context.io.err(summaryOf(peers))
      return peers.every(isUp) ? EXIT.ok : EXIT.unhealthy
    }
  )

  act(
    withSelection(program.command('status'), 'Only these peers')
      .summary('This server, its peers, and what is wrong')
      .addHelpText('after', examples('status', 'status --on @prod', 'status --json')),
    async (context, given) => {
      const { client, io, paint } = context
      const cluster = row(await client.get('/cluster/status'))
      const on = cluster.enabled === true
      const all = on ? rows(row(await client.get('/cluster/peers')).peers) : []
      const peers = await among(context, all, selectionIn(given))
      context.print({ ...cluster, peers }, () =>
        [
          `${paint('bold', text(cluster.server_name) || 'this server')}  ${text(cluster.agent_version) || text(row(cluster.version).version)} at ${client.place.url}`,
          on
            ? reachLine(text(cluster.advertise_url), all)
            : 'clustering is off: set cluster.enabled, or flatrun-cluster cluster setup',
          ...(text(cluster.fingerprint) ? [`fingerprint ${text(cluster.fingerprint)}`] : []),
          ...pinOfHttps(client.place),
          ...(on ? [summaryOf(peers)] : []),
          ...(number(cluster.waiting)
            ? [paint('yellow', `${number(cluster.waiting)} wait for your word: flatrun-cluster introductions`)]
            : []),
          ...peers.filter((peer) => !isUp(peer)).map((peer) => paint('red', trouble(peer, io.now())))
        ]
          .map((line) => line.trimEnd())
          .join('\n')
      )
    }
  )
}

function reachLine(url: string, peers: readonly Row[]): string {
  const { works, words } = ownReach(url, peers)
  return works ? words : `${words}; join one that can be reached, or set cluster.advertise_url and api.host`
}

/** What `login --pin` on another machine compares; an authority's certificate is known without. */
const pinOfHttps = ({ certificate }: Place) =>
  certificate === undefined || !isSelfSigned(certificate) ? [] : [`certificate pin ${pinOf(certificate)}`]

function trouble(peer: Row, now: number): string {
  const since = Date.parse(text(peer.since))
  const lasting = Number.isNaN(since) ? '' : ` for ${spanOf(now - since)}`
  const why = text(peer.error) && `: ${text(peer.error)}`
  return harmless(
    `${text(peer.name)} is ${stateOf(peer)}${lasting}${why}  (flatrun-cluster explain ${text(peer.name)})`
  )
}
