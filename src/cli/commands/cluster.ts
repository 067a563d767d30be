import type { Command } from 'commander'
import { type Reply, refusal } from '../agent/client.ts'
import { collect, examples, type Given, type Tie } from '../command.ts'
import type { Context } from '../context.ts'
import { CliFault, EXIT } from '../exit.ts'
import { dataOf, fieldsOf, queryOf } from '../fields.ts'
import { renderAnswer } from '../text/render.ts'

const OPERATIONS: readonly (readonly [words: string, method: string, path: string, summary: string])[] = [
  ['status', 'GET', '/cluster/status', 'Whether clustering is on, and who this server is'],
  ['peers', 'GET', '/cluster/peers', 'List the peers'],
  ['setup', 'POST', '/cluster/setup', 'Turn clustering on: -f server_name= -f advertise_url='],
  ['invite', 'POST', '/cluster/invite', 'Make an invite'],
  ['accept', 'POST', '/cluster/accept', 'Accept an invite: -f invite_token= [-f peer_url=] [-f callback_url=]'],
  ['exchange', 'POST', '/cluster/exchange', 'What agents send to each other; not for people'],
  ['deployments', 'GET', '/cluster/deployments', 'The deployments of all servers'],
  ['stats', 'GET', '/cluster/stats', 'The figures of all servers'],
  ['peers-delete', 'DELETE', '/cluster/peers', 'Remove a peer: peers-delete NAME']
]

/** The family `cluster` as FlatRun's command line has it: same words, same flags, same output. */
export function clusterCommands(program: Command, { act }: Tie): void {
  const family = program.command('cluster').alias('clusters').summary("FlatRun's commands of the same name")
  family.description(
    "FlatRun's commands: same words, same flags, same output. For people there are the words of their own: status, peers, invite, join …"
  )
  family.addHelpText(
    'after',
    examples(
      'cluster peers',
      'cluster invite',
      'cluster accept -f invite_token=TOKEN -f peer_url=https://web-1.example.org'
    )
  )
  for (const [words, method, path, summary] of OPERATIONS) {
    const named = words === 'peers-delete'
    const command = family.command(named ? `${words} <name>` : words, { hidden: words === 'exchange' }).summary(summary)
    act(
      withBody(command),
      call(method, ({ args }) => (named ? `${path}/${encodeURIComponent(args[0] ?? '')}` : path), { table: true })
    )
  }
}

/** `api METHOD PATH`: any route, as it is. */
export function apiCommand(program: Command, { act }: Tie): void {
  const command = program
    .command('api <method> <path>')
    .summary('Call any route of the API')
    .description(
      'Call any route of the API. The path may begin with /api or not; flatrun-cluster api get /openapi.json lists them all.'
    )
  command.addHelpText(
    'after',
    examples(
      'api get /cluster/peers',
      'api post /cluster/invite --data \'{"expires_in":"30m"}\'',
      'api get /cluster/peers/web-2/proxy/stats',
      'api put /cluster/peers/web-2/policy --data @policy.json'
    )
  )
  act(withBody(command), async (context, given) => {
    const [method = '', path = ''] = given.args
    if (!/^(get|post|put|patch|delete|head|options)$/i.test(method))
      throw new CliFault(EXIT.usage, `"${method}" is no method`, 'For example: flatrun-cluster api get /cluster/peers')
    const send = call(method.toUpperCase(), () => (path.startsWith('/') ? path : `/${path}`), { table: false })
    return send(context, given)
  })
}

const withBody = (command: Command): Command =>
  command
    .option('-f, --field <name=value>', 'A field of the body; may be repeated', collect)
    .option('-q, --query <name=value>', 'A query parameter; may be repeated', collect)
    .option('--data <json>', 'The whole body: JSON, @FILE, or - for stdin')

const call =
  (method: string, pathOf: (given: Given) => string, { table }: { table: boolean }) =>
  async (context: Context, given: Given): Promise<number> => {
    const { client, io, json } = context
    if (given.has('data') && given.has('field')) throw new CliFault(EXIT.usage, '--data and -f exclude each other')
    const fields = given.list('field')
    const body = given.has('data')
      ? await dataOf(given.option('data'), io)
      : fields.length > 0
        ? fieldsOf(fields)
        : undefined
    const reply = await client.ask({ method, path: pathOf(given), query: queryOf(given.list('query')), body })
    if (reply.status < 200 || reply.status >= 300) throw refusal(reply, client.place)
    const shown = table ? renderAnswer(reply, { json, paint: context.paint }) : indented(reply, json)
    if (shown !== '') io.out(shown)
    return EXIT.ok
  }

const indented = ({ text, json }: Reply, asItIs: boolean): string =>
  asItIs || json === undefined ? text.trimEnd() : JSON.stringify(json, null, 2)
