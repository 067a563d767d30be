import type { Command } from 'commander'
import type { Invitation } from '../../../security/invite-token.ts'
import { howToBeReached, isLoopback } from '../../agent/addresses.ts'
import { examples, type Given, type Tie } from '../../command.ts'
import type { Context } from '../../context.ts'
import { CliFault, EXIT } from '../../exit.ts'
import { GRANTS_HELP, grantsOf } from '../../grants.ts'
import type { Io } from '../../io.ts'
import { row, rows, text } from '../../text/shape.ts'
import { tableOf } from '../../text/table.ts'
import { agoOf, harmless, spanOf } from '../../text/words.ts'
import { readInvite, tokenOf } from './token.ts'

/** Invites: made, read, listed, revoked. */
export function inviteCommands(program: Command, { act, io }: Tie): void {
  const invite = program.command('invite').summary('Make a one-time invite for another server')
  invite
    .description('Make a one-time invite for another server. The token alone is printed on stdout.')
    .option('--expires <duration>', 'How long it is good, from 1m to 24h', '1h')
    .option('--note <text>', 'What it is for; shown in lists')
    .option('--name <name>', 'Only a server of this name may use it')
    .option('--replaces <name>', 'The server takes the place of this peer')
    .option('--grants <what>', GRANTS_HELP)
    .option('--cluster', 'Who joins by it and the other peers are told of each other: one invite for all of them')
    .option('--approval', 'The server waits until you let it in')
    .addHelpText(
      'after',
      examples(
        'invite',
        'invite --expires 30m --name web-2',
        'invite --cluster',
        'invite --grants read',
        'invite show TOKEN',
        'invite list',
        'invite revoke ID'
      )
    )
  act(invite, make)
  invite
    .command('show [token]')
    .summary('Read a token without using it; - reads it from stdin')
    .addHelpText('after', examples('invite show frc1.…', 'invite show - < token'))
    .action((given?: string) => show(given, invite.optsWithGlobals<{ json?: boolean }>().json === true, io))
  act(invite.command('list').summary('List open invites; never their tokens'), list)
  act(invite.command('revoke <id>').summary('Make an invite worthless'), async (context, { args: [id = ''] }) => {
    const answer = await context.client.send('DELETE', `/cluster/invites/${encodeURIComponent(id)}`)
    context.print(answer, () => harmless(`revoked ${id}`))
  })
}

async function make({ client, io, print }: Context, { option, has }: Given): Promise<void> {
  const wanted = { note: option('note'), expected_name: option('name'), replaces: option('replaces') }
  const answer = row(
    await client.send('POST', '/cluster/invite', {
      expires_in: option('expires'),
      ...Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== '')),
      ...(option('grants') !== '' && { grants: grantsOf(option('grants')) }),
      ...(has('approval') && { require_approval: true }),
      ...(has('cluster') && { introduce: true, introductions: 'accept' })
    })
  )
  print(answer, () => text(answer.invite_token))
  const invitation = await readInvite(text(answer.invite_token))
  const urls = invitation.kind === 'sealed' ? invitation.urls : []
  if (urls.length > 0 && urls.every(isLoopback)) {
    io.err(`note: only this machine reaches the address in it, ${urls.join(', ')}. For other servers, first:`)
    io.err(`  ${howToBeReached(urls[0] ?? '')}`)
  }
  io.err(
    `On the other server: flatrun-cluster join ${has('cluster') ? '--whole-cluster ' : ''}TOKEN. It is good once, for ${spanOf(Date.parse(text(answer.expires_at)) - io.now())}.`
  )
  if (option('grants') === '')
    io.err('That server may list, start, stop and restart deployments here; for looking only: --grants read.')
}

async function show(given: string | undefined, json: boolean, io: Io): Promise<void> {
  const content = await readInvite(await tokenOf(given, io))
  if (content.kind === 'plain')
    throw new CliFault(
      EXIT.failed,
      'this token is no invite of flatrun-cluster, so there is nothing to read in it',
      'An invite of a plain FlatRun agent holds no address: flatrun-cluster join TOKEN --peer-url URL'
    )
  const left = content.exp * 1_000 - io.now()
  if (json) return io.out(JSON.stringify(shown(content), null, 2))
  io.out(`made by   ${content.name}`)
  io.out(`address   ${content.urls.join(', ')}`)
  io.out(`expires   ${left > 0 ? `in ${spanOf(left)}` : `${spanOf(-left)} ago: ask for a new one`}`)
  io.out(`identity  ${content.pin ? `certificate key ${content.pin}` : 'sealed to a key in the token'}`)
}

async function list({ client, io, paint, print }: Context): Promise<void> {
  const answer = await client.get('/cluster/invites')
  const lines = rows(row(answer).invites).map((one) => [
    text(one.id),
    text(one.note),
    text(one.expected_name),
    text(one.created_by),
    agoOf(one.created_at, io.now()),
    `in ${spanOf(Date.parse(text(one.expires_at)) - io.now())}`
  ])
  const heads = ['ID', 'NOTE', 'FOR', 'BY', 'MADE', 'EXPIRES']
  print(answer, () => (lines.length === 0 ? 'None' : tableOf(heads, lines, paint)))
}

const shown = ({ urls, name, exp, pin }: Extract<Invitation, { kind: 'sealed' }>) => ({
  name,
  urls,
  expires_at: new Date(exp * 1_000).toISOString(),
  ...(pin !== undefined && { pin })
})
