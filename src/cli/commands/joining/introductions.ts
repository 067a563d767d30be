import type { Command } from 'commander'
import type { IntroductionPolicy } from '../../../schemas/names.ts'
import { peerNamed } from '../../agent/servers.ts'
import { examples, type Given, type Tie } from '../../command.ts'
import type { Context } from '../../context.ts'
import { CliFault, EXIT } from '../../exit.ts'
import { type Row, row, rows, text, texts } from '../../text/shape.ts'
import { tableOf } from '../../text/table.ts'
import { agoOf, harmless, spanOf } from '../../text/words.ts'

const POLICIES: readonly string[] = ['accept', 'ask', 'never'] satisfies IntroductionPolicy[]

/** Members told of each other, and those that others introduced here. */
export function introductionCommands(program: Command, { act }: Tie): void {
  const introduce = program.command('introduce [peer...]').summary('Tell the peers of this server of each other')
  introduce
    .description(
      'Tell the peers of this server of each other, so that each has all others: the named ones and all others, or all. They join each other themselves; no key passes through here. What a peer does with it is up to its own operators.'
    )
    .addHelpText('after', examples('introduce', 'introduce web-4'))
  act(introduce, introducePeers)

  const list = program
    .command('introductions')
    .summary('Servers that peers introduced here, and what waits for your word')
  list.addHelpText(
    'after',
    examples(
      'introductions',
      'introductions accept web-4',
      'introductions refuse web-4',
      'introductions policy web-1 accept'
    )
  )
  act(list, listIntroductions)
  for (const [word, summary, done] of [
    ['accept', 'Join a server that was introduced, whatever refused it before', 'joining'],
    ['refuse', 'Never join that server, whoever introduces it', 'refused']
  ] as const)
    act(
      list
        .command(`${word} <introduction>`)
        .summary(summary)
        .addHelpText('after', examples(`introductions ${word} web-4`)),
      async (context, { args: [given = ''] }) => {
        const { id, name } = await found(given, context)
        const answer = await context.client.send('POST', `/cluster/introductions/${text(id)}/${word}`)
        context.print(answer, () => harmless(`${done} ${text(name)}`))
      }
    )
  act(
    list
      .command('restore <peer>')
      .summary('Have a peer again that is suspended because its introducer took it back')
      .addHelpText('after', examples('introductions restore web-4')),
    restorePeer
  )
  act(
    list
      .command('policy <peer> [policy]')
      .summary('What is done with whom a peer introduces: accept, ask or never')
      .addHelpText('after', examples('introductions policy web-1', 'introductions policy web-1 accept')),
    policyOf
  )
}

async function introducePeers(context: Context, { args }: Given): Promise<void> {
  const names = await Promise.all(args.map((name) => peerNamed(context, name)))
  const answer = row(await context.client.send('POST', '/cluster/introduce', names.length > 0 ? { names } : {}))
  const told = texts(answer.introduced)
  context.print(answer, () =>
    harmless(told.length > 1 ? `told of each other: ${told.join(', ')}` : told.join('') || 'None')
  )
  for (const { name, reason } of rows(answer.not_introduced))
    context.io.err(harmless(`not introduced: ${text(name)} (${text(reason)})`))
  context.io.err('How far they are: flatrun-cluster introductions, on each of them')
}

async function listIntroductions(context: Context): Promise<void> {
  const answer = await context.client.get('/cluster/introductions')
  const all = rows(row(answer).introductions)
  context.print(answer, () => (all.length === 0 ? 'None' : listed(all, context)))
  if (all.some(({ state }) => state === 'offered'))
    context.io.err('To decide: flatrun-cluster introductions accept NAME, or refuse NAME')
}

async function restorePeer(context: Context, { args: [named = ''] }: Given): Promise<void> {
  const name = await peerNamed(context, named)
  const answer = await context.client.send('POST', `/cluster/peers/${encodeURIComponent(name)}/restore`)
  context.print(answer, () => harmless(`restored ${name}`))
}

async function policyOf(context: Context, { args: [peer = '', policy] }: Given): Promise<void> {
  const path = `/cluster/peers/${encodeURIComponent(await peerNamed(context, peer))}`
  if (policy !== undefined && !POLICIES.includes(policy))
    throw new CliFault(EXIT.usage, `"${policy}" is no policy`, 'One of accept, ask and never')
  const answer =
    policy === undefined
      ? row(await context.client.get(path))
      : row(await context.client.send('PUT', `${path}/introductions`, { policy }))
  context.print(answer, () => text(answer.introductions) || 'as cluster.introductions of the config says')
}

/** By its name where only one has it, else by its id or the beginning of it. */
async function found(given: string, context: Context): Promise<Row> {
  const all = rows(row(await context.client.get('/cluster/introductions')).introductions)
  const named = all.filter(({ name }) => text(name).toLowerCase() === given.toLowerCase())
  const fitting = named.length > 0 ? named : all.filter(({ id }) => given.length >= 8 && text(id).startsWith(given))
  const [only] = fitting
  if (only && fitting.length === 1) return only
  if (!only)
    throw new CliFault(EXIT.notFound, `nobody introduced "${given}" here`, 'Look at: flatrun-cluster introductions')
  throw new CliFault(
    EXIT.failed,
    `two different servers were introduced as "${given}"; compare their fingerprints with what each shows itself`,
    `Then by its id: ${fitting.map(({ id, fingerprint }) => `${text(id).slice(0, 12)} (${text(fingerprint)})`).join(', ')}`
  )
}

function listed(all: readonly Row[], { io, paint }: Context): string {
  const now = io.now()
  const lines = all.map((one) => [
    text(one.name),
    text(one.introduced_by),
    { text: text(one.state), color: COLORS[text(one.state)] },
    agoOf(one.since, now),
    text(one.next_at) ? `in ${spanOf(Date.parse(text(one.next_at)) - now)}` : '-',
    text(one.fingerprint),
    text(one.reason) || texts(one.urls).join(' ')
  ])
  return tableOf(['NAME', 'BY', 'STATE', 'SINCE', 'NEXT TRY', 'FINGERPRINT', 'WHY OR WHERE'], lines, paint)
}

const COLORS: Readonly<Record<string, 'yellow' | 'red' | 'green'>> = {
  offered: 'yellow',
  waiting: 'yellow',
  accepted: 'green',
  dialling: 'green',
  refused: 'red',
  unreachable: 'red',
  expired: 'red'
}
