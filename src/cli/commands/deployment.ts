import type { Command } from 'commander'
import { examples, type Given, type Tie } from '../command.ts'
import { EXIT } from '../exit.ts'
import { type Row, row, rows, text, texts } from '../shape.ts'
import { tableOf } from '../table.ts'
import { colorOf, harmless } from '../words.ts'
import { deployment } from './deployments.ts'

/** The deployments of one server, in FlatRun's words; with --server, those of a peer. */
export function deploymentCommands(program: Command, { act }: Tie): void {
  const family = program.command('deployment').summary('One deployment: look at it, start it, stop it, read its logs')
  family.addHelpText(
    'after',
    examples(
      'deployment list',
      'deployment info shop',
      'deployment restart shop --server web-2',
      'deployment logs shop --follow'
    )
  )
  const add = (words: string, summary: string) =>
    family.command(words).summary(summary).option('--server <peer>', 'On this peer instead of this server')

  act(add('list', 'List the deployments'), async (context, given) => {
    const answer = await context.client.get(at(given, '/deployments'))
    const lines = rows(row(answer).deployments).map((one) => deployment(one, context.io.now()))
    const heads = ['NAME', 'STATUS', 'SERVICES', 'CHANGED', 'WHY']
    context.print(answer, () => (lines.length === 0 ? 'None' : tableOf(heads, lines, context.paint)))
  })

  act(add('info <name>', 'Show one deployment').alias('get'), async (context, given) => {
    const answer = row(await context.client.get(at(given, `/deployments/${named(given)}`)))
    const one = row(answer.deployment)
    context.print(answer, () => {
      const status = text(one.status)
      const head = `${context.paint('bold', harmless(text(one.name)))}  ${context.paint(colorOf(status), harmless(status))}  ${harmless(text(one.path))}`
      const why = text(one.error) || text(one.status_reason)
      const lines = rows(one.services).map(service)
      const table =
        lines.length === 0 ? [] : [tableOf(['SERVICE', 'STATUS', 'HEALTH', 'IMAGE', 'PORTS'], lines, context.paint)]
      return [
        head,
        ...(why ? [harmless(why)] : []),
        ...texts(one.warnings).map((warning) => `warning: ${harmless(warning)}`),
        ...table
      ].join('\n')
    })
  })

  for (const action of ['start', 'stop', 'restart'] as const) {
    act(
      add(`${action} <name>`, `${action[0]?.toUpperCase()}${action.slice(1)} its containers`),
      async (context, given) => {
        const answer = row(await context.client.send('POST', at(given, `/deployments/${named(given)}/${action}`)))
        context.print(answer, () => harmless(text(answer.message) || `${action}: ${given.args[0]}`))
      }
    )
  }

  const logs = add('logs <name>', 'Read its logs')
    .option('-F, --follow', 'Go on until Ctrl-C')
    .option('--tail <lines>', 'Newest lines of each container', '100')
    .option('--since <when>', 'Like 10m, or a time')
    .option('--service <name>', 'Only this service')
  act(logs, async ({ client, io }, given) => {
    const { option, has } = given
    const wanted = {
      tail: option('tail'),
      since: option('since'),
      service: option('service'),
      follow: has('follow') ? 'true' : ''
    }
    const query = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ''))
    const stream = await client.stream({
      path: at(given, `/deployments/${named(given)}/logs`),
      accept: 'text/plain',
      query
    })
    stream.setEncoding('utf8')
    try {
      for await (const piece of stream) io.out(String(piece).replace(/\n$/, ''))
    } catch (error) {
      if (!io.signal.aborted) throw error
      return EXIT.interrupted
    }
    return EXIT.ok
  })
}

const named = ({ args: [name = ''] }: Given) => encodeURIComponent(name)

const at = ({ option }: Given, path: string) =>
  option('server') === '' ? path : `/cluster/peers/${encodeURIComponent(option('server'))}/proxy${path}`

const service = (one: Row) => [
  text(one.name),
  { text: text(one.status), color: colorOf(text(one.status)) },
  text(one.health),
  text(one.image),
  texts(one.ports).join(', ')
]
