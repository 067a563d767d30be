import type { Command } from 'commander'
import { examples, type Tie } from '../command.ts'
import { CliFault, EXIT } from '../exit.ts'
import { type Row, row, rows, text, texts } from '../text/shape.ts'
import { tableOf } from '../text/table.ts'
import { harmless } from '../text/words.ts'
import { among } from './peers.ts'

/** `tag PEER +prod -eu`: what this server calls a peer, beside what that says of itself. */
export function tagCommand(program: Command, { act }: Tie): void {
  const command = program
    .command('tag <peer> [changes...]')
    .summary('The tags of a peer; with +TAG and -TAG, change those that are set here')
    .description(
      'The tags of a peer, or of several (web-*, @eu). +TAG sets one here, -TAG takes one away. Only tags that are set here choose servers that are to be changed; this server’s own are cluster.tags of its config.'
    )
    .allowUnknownOption()
    .addHelpText('after', examples('tag web-2', 'tag web-2 +prod -stage', "tag 'web-*' +prod"))
  act(command, async (context, { args: [peer = '', ...changes] }) => {
    const { client } = context
    const wrong = changes.find((change) => !/^[+-][A-Za-z0-9]/.test(change))
    if (wrong !== undefined) throw new CliFault(EXIT.usage, `${wrong} changes no tag`, 'For example: +prod, -stage')
    const selected = { servers: [peer], not: [] }
    const known = rows(row(await client.get('/cluster/peers')).peers)
    const peers = await among(context, known, selected)
    if (peers.length === 0)
      throw new CliFault(EXIT.usage, 'that is this server: its tags are cluster.tags of its config')
    const shown = changes.length === 0 ? peers : []
    for (const one of changes.length === 0 ? [] : peers) {
      const path = `/cluster/peers/${encodeURIComponent(text(one.name))}/tags`
      shown.push(row(await client.send('PUT', path, { tags: changed(texts(one.own_tags), changes) })))
    }
    context.print({ peers: shown }, () => tableOf(['NAME', 'SET HERE', 'ITS OWN'], shown.map(line), context.paint))
  })
}

const line = ({ name, own_tags, tags }: Row) => [
  text(name),
  harmless(texts(own_tags).join(', ')),
  harmless(texts(tags).join(', '))
]

function changed(tags: readonly string[], changes: readonly string[]): string[] {
  const found = new Map(tags.map((tag) => [tag.toLowerCase(), tag]))
  for (const change of changes) {
    const tag = change.slice(1)
    if (change.startsWith('+')) found.set(tag.toLowerCase(), tag)
    else found.delete(tag.toLowerCase())
  }
  return [...found.values()]
}
