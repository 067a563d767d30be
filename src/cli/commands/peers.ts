import type { Command } from 'commander'
import { sameName } from '../../schemas/names.ts'
import { namesOf, type Selected, selectionIn, serversIn, withSelection } from '../agent/selection.ts'
import { peerNamed } from '../agent/servers.ts'
import { examples, type Given, type Tie } from '../command.ts'
import type { Context } from '../context.ts'
import { CliFault, EXIT } from '../exit.ts'
import { number, type Row, row, rows, text, texts } from '../text/shape.ts'
import { tableOf } from '../text/table.ts'
import { agoOf, colorOf, harmless, plural, spanOf } from '../text/words.ts'

/** The peers of the agent: looked at, asked now, asked elsewhere, removed. */
export function peerCommands(program: Command, { act }: Tie): void {
  act(
    withSelection(program.command('peers').aliases(['nodes', 'peer']), 'Only these')
      .summary('List the peers, and how they are')
      .addHelpText('after', examples('peers', 'peers --on @prod --not db-3', 'peers --json')),
    list
  )
  act(
    withSelection(program.command('check [servers...]'), 'Only these')
      .summary('Ask peers now; all of them when none is named')
      .addHelpText('after', examples('check', 'check web-2', 'check @eu --not db-3')),
    check
  )
  act(
    program
      .command('move <name> [url]')
      .summary('Ask a peer at another address from now on; where it calls from when none is named')
      .addHelpText('after', examples('move web-2', 'move web-2 http://198.51.100.10:8090')),
    move
  )
  act(
    program
      .command('remove <name>')
      .summary('Remove a peer, on both sides')
      .option('--everywhere', 'Also on the servers to which this one introduced it; they keep it suspended for 30 days')
      .option('-y, --yes', 'Do not ask')
      .addHelpText('after', examples('remove web-2', 'remove web-2 --yes', 'remove web-2 --everywhere')),
    remove
  )
}

const pathOf = (name: string) => `/cluster/peers/${encodeURIComponent(name)}`

async function list(context: Context, given: Given): Promise<void> {
  const answer = row(await context.client.get('/cluster/peers'))
  const peers = await among(context, rows(answer.peers), selectionIn(given))
  context.print({ ...answer, peers }, () => (peers.length === 0 ? 'None' : listed(peers, context)))
  if (peers.length === 0) context.io.err('To let a server join this one: flatrun-cluster invite')
}

async function check(context: Context, given: Given): Promise<number> {
  const all = rows(row(await context.client.get('/cluster/peers')).peers)
  const chosen = await among(context, all, selectionIn(given, given.args))
  const asked = chosen.map(({ name }) => context.client.send('POST', `${pathOf(text(name))}/check`))
  const peers = (await Promise.all(asked)).map(row)
  context.print({ peers }, () => (peers.length === 0 ? 'None' : listed(peers, context)))
  return peers.every(isUp) ? EXIT.ok : EXIT.unhealthy
}

async function move(context: Context, { args: [named = '', url] }: Given): Promise<void> {
  const name = await peerNamed(context, named)
  const known = text(row(await context.client.get(pathOf(name))).calls_from)
  if (url === undefined && known === '')
    throw new CliFault(EXIT.usage, `where else ${name} may be is not known here`, 'Name the address')
  const answer = row(await context.client.send('POST', `${pathOf(name)}/move`, url === undefined ? {} : { url }))
  context.print(answer, () => harmless(`${name} is asked at ${text(answer.url)} from now on`))
}

async function remove(context: Context, { args: [named = ''], has }: Given): Promise<void> {
  const { io, client } = context
  const name = await peerNamed(context, named)
  if (!has('yes')) {
    if (!io.interactive) throw new CliFault(EXIT.usage, 'nobody is here to be asked', 'Add --yes')
    await client.get(pathOf(name))
    io.err(`${name} and this server will not reach each other any more; joining again needs a new invite.`)
    const said = await io.ask(`Type the name of the peer to remove it: `)
    if (said !== name) throw new CliFault(EXIT.failed, 'that is another name; nothing was removed')
  }
  const answer = row(await client.send('DELETE', pathOf(name) + (has('everywhere') ? '?everywhere=true' : '')))
  const told = texts(answer.told)
  context.print(answer, () => harmless(`removed ${name}${told.length > 0 ? `, also on ${told.join(', ')}` : ''}`))
}

/** Those of them that a selection means. @throws CliFault where it names one that is none of them */
export async function among(context: Context, peers: readonly Row[], selected: Selected | undefined): Promise<Row[]> {
  if (!selected) return [...peers]
  const names = await serversIn(context, selected)
  const unknown = names.find((name) => !peers.some((peer) => sameName(text(peer.name), name)))
  // This server may be among those that a tag means; that it is named is a slip.
  if (unknown !== undefined && namesOf(selected)) throw new CliFault(EXIT.notFound, `peer "${unknown}" not found`)
  return peers.filter((peer) => names.some((name) => sameName(text(peer.name), name)))
}

export const isUp = (peer: Row) => peer.online === true

export const namesIn = (answer: unknown): string[] => rows(row(answer).peers).map(({ name }) => text(name))

/** FlatRun's agents know `online` only. */
export const stateOf = (peer: Row): string => text(peer.state) || (peer.online === true ? 'online' : 'offline')

function listed(peers: readonly Row[], { io, paint }: Context): string {
  const now = io.now()
  const lines = peers.map((peer) => {
    const state = stateOf(peer)
    const since = Date.parse(text(peer.since))
    const latency = number(peer.latency_ms)
    return [
      text(peer.name),
      { text: peer.flapping === true ? `${state} (flapping)` : state, color: colorOf(state) },
      Number.isNaN(since) ? '-' : spanOf(now - since),
      latency === undefined ? '-' : `${Math.round(latency)} ms`,
      agoOf(peer.last_seen, now),
      text(peer.version),
      text(peer.url) || 'dials us',
      text(peer.error)
    ]
  })
  const why = lines.some((line) => line.at(-1) !== '')
  const heads = ['NAME', 'STATE', 'FOR', 'LATENCY', 'LAST SEEN', 'VERSION', 'URL', ...(why ? ['WHY'] : [])]
  return tableOf(heads, why ? lines : lines.map((line) => line.slice(0, -1)), paint)
}

/** `2 peers: 1 online, 1 offline` */
export function summaryOf(peers: readonly Row[]): string {
  const states = peers.map(stateOf)
  const counts = [...new Set(states)]
    .toSorted()
    .map((state) => `${states.filter((one) => one === state).length} ${state}`)
  return peers.length === 0 ? 'no peers' : `${plural(peers.length, 'peer')}: ${harmless(counts.join(', '))}`
}
