import type { Command } from 'commander'
import { howToBeReached } from '../../agent/addresses.ts'
import { refusal } from '../../agent/client.ts'
import { examples, type Given, type Tie } from '../../command.ts'
import type { Context } from '../../context.ts'
import { CliFault, EXIT } from '../../exit.ts'
import { type Row, row, rows, text } from '../../text/shape.ts'
import { createSteps } from '../../text/steps.ts'
import { harmless, spanOf } from '../../text/words.ts'
import { stateOf } from '../peers.ts'
import { explained } from './join-hints.ts'
import { readInvite, tokenOf } from './token.ts'

/** How long a new peer may take until it is seen online. */
const ONLINE_MS = 30_000

/** `join TOKEN`: each step as it is done, and at a failure what to do. */
export function joinCommand(program: Command, { act }: Tie): void {
  const command = program
    .command('join [token]')
    .summary('Join the server that made an invite')
    .description(
      'Join the server that made an invite. A token in the arguments can be read in the list of processes: --from FILE and - (stdin) keep it out of there.'
    )
    .option('--from <file>', 'Read the token from a file')
    .option('--dry-run', 'Only look whether it would succeed; nothing is spent')
    .option('--whole-cluster', 'Also join, without asking, everybody that server introduces')
    .option('--force', 'Join although a check has failed')
    .option('--peer-url <url>', 'Where that server is; only for an invite of a plain FlatRun agent')
    .option('--callback-url <url>', 'Where it reaches this server; cluster.advertise_url when absent')
    .addHelpText(
      'after',
      examples(
        'join frc1.…',
        'join --whole-cluster TOKEN',
        'join - < token',
        'join TOKEN --peer-url https://panel.example.org'
      )
    )
  act(command, join)
}

async function join(context: Context, given: Given): Promise<number> {
  const { io, client, print } = context
  const { option, has } = given
  const step = createSteps(context)
  const token = await tokenOf(given.args[0], io, option('from'))
  const where = await step('read the invite', () => describe(token, option('peerUrl'), io.now()))
  await assertReady(context, step, token)
  const body: Record<string, unknown> = {
    invite_token: token,
    ...(option('peerUrl') !== '' && { peer_url: option('peerUrl') }),
    ...(option('callbackUrl') !== '' && { callback_url: option('callbackUrl') }),
    ...(has('wholeCluster') && { introductions: 'accept' })
  }
  const checked = await step.later(
    'look whether both servers reach each other',
    () => preflight(body, context, has('force')),
    ({ skipped }) => text(skipped)
  )
  if (has('dryRun')) {
    const outcome = checked.skipped === undefined ? 'it would succeed; nothing was spent' : UNTOLD
    print(checked, () => outcome)
    return EXIT.ok
  }
  if (checked.skipped === undefined) Object.assign(body, { skip_checks: true })
  const joined = await step.later(
    `exchange keys with ${where}`,
    () =>
      client.send('POST', '/cluster/accept', body).catch((error) => {
        throw error instanceof CliFault ? explained(error) : error
      }),
    (answer) => `${text(answer.peer_name)}, ${transportOf(answer)}`
  )
  return welcome(context, step, joined)
}

const UNTOLD = 'nothing was spent, and nothing could be told'

type Steps = ReturnType<typeof createSteps>

/** @throws CliFault where this agent joins nobody, or the invite leads back to it */
async function assertReady({ client }: Context, step: Steps, token: string): Promise<void> {
  const status = row(
    await step.later(
      'this agent',
      () => client.get('/cluster/status'),
      ({ server_name: name }) => text(name)
    )
  )
  if (status.enabled !== true)
    throw new CliFault(
      EXIT.failed,
      'clustering is off on this agent',
      'Set cluster.enabled: true, or: flatrun-cluster cluster setup -f server_name=NAME -f advertise_url=URL'
    )
  await assertElsewhere(token, text(status.server_name), [client.place.url, text(status.advertise_url)])
}

/** Until the new peer is online, and what it may do here. */
async function welcome(context: Context, step: Steps, joined: Row): Promise<number> {
  const { io, print } = context
  const name = text(joined.peer_name)
  if (joined.reach_back === 'reverse')
    io.err(`${name} cannot dial this server, which keeps connections open to it: no port has to be opened here`)
  const peer = await step.later(`see ${name} online`, () => seen(name, context), stateOf)
  print({ ...joined, state: stateOf(peer) }, () => harmless(`joined ${name}`))
  io.err(
    `${name} may list, start, stop and restart deployments here; for looking only: flatrun-cluster policy ${name} read`
  )
  if (peer.online === true) return EXIT.ok
  io.err(`It has joined, but is ${stateOf(peer)}: flatrun-cluster explain ${name}`)
  return EXIT.unhealthy
}

async function describe(token: string, peerUrl: string, now: number): Promise<string> {
  const invitation = await readInvite(token)
  if (invitation.kind === 'plain') {
    if (peerUrl !== '') return peerUrl
    throw new CliFault(
      EXIT.usage,
      'this token holds no address, as those of plain FlatRun agents',
      'Add --peer-url URL, the address of the server that made it'
    )
  }
  const { name, urls, exp } = invitation
  if (exp * 1_000 <= now)
    throw new CliFault(
      EXIT.failed,
      `this invite expired ${spanOf(now - exp * 1_000)} ago`,
      `Make a new one on ${name}: flatrun-cluster invite`
    )
  return `${name} at ${peerUrl || urls.join(', ')}`
}

/** An invite of an agent that is told to nobody else holds 127.0.0.1, and that is this server here. @throws CliFault */
async function assertElsewhere(token: string, self: string, own: readonly string[]): Promise<void> {
  const invitation = await readInvite(token)
  if (invitation.kind === 'plain') return
  const { urls, name } = invitation
  // Its own invite: the agent says so.
  if (name === self) return
  const origins = own.map((url) => URL.parse(url)?.origin)
  if (!urls.every((url) => origins.includes(URL.parse(url)?.origin))) return
  throw new CliFault(
    EXIT.failed,
    `the address in this invite, ${urls.join(', ')}, is that of this server itself`,
    `On ${name}, make it reachable first: ${howToBeReached(urls[0] ?? '', [])}; then make a new invite there`
  )
}

/** What the agents say that would fail; an older agent, or a plain FlatRun one, cannot be asked. */
async function preflight(body: unknown, { client, io, paint }: Context, force: boolean): Promise<Row> {
  const reply = await client.ask({ method: 'POST', path: '/cluster/preflight', body })
  if (reply.status === 404) return { skipped: 'this agent cannot look ahead' }
  if (reply.status !== 200) throw explained(refusal(reply, client.place))
  const answer = row(reply.json)
  for (const { name, ok, detail } of rows(answer.checks))
    io.err(
      `  ${ok === true ? paint('green', '✓') : paint('red', '✗')} ${harmless(text(name))}  ${harmless(text(detail))}`
    )
  if (answer.ok === true || force) return answer
  throw new CliFault(
    EXIT.failed,
    'it would fail; nothing was spent',
    'Repair what is marked above, or join all the same with --force'
  )
}

async function seen(name: string, { client, io }: Context): Promise<Row> {
  const end = io.now() + ONLINE_MS
  for (;;) {
    const peer = row(await client.get(`/cluster/peers/${encodeURIComponent(name)}`))
    if (peer.online === true || io.now() >= end) return peer
    await io.wait(500)
  }
}

const TRANSPORTS: Readonly<Record<string, string>> = {
  tls: 'over TLS',
  pinned: 'over TLS, its key pinned',
  signed: 'requests signed',
  insecure: 'plain http: keys can be read on the way'
}
const transportOf = ({ transport }: Row) => TRANSPORTS[text(transport)] ?? ''
