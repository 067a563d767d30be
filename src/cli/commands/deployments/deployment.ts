import type { Command } from 'commander'
import { oneServerIn, selectionIn, serversToChange, withSelection } from '../../agent/selection.ts'
import { serverNamed } from '../../agent/servers.ts'
import { examples, type Given, type Tie } from '../../command.ts'
import type { Context } from '../../context.ts'
import { number, type Row, row, rows, text, texts } from '../../text/shape.ts'
import { tableOf } from '../../text/table.ts'
import { colorOf, harmless } from '../../text/words.ts'
import { changeDeployment } from './deployment-change.ts'
import { readLogs } from './deployment-logs.ts'
import { showContainers } from './deployment-stats.ts'
import { deployment } from './deployments.ts'
import { restartOnSeveral } from './rollout.ts'

/** The deployments of one server, in FlatRun's words; with --on, those of a peer. */
export function deploymentCommands(program: Command, { act }: Tie): void {
  const family = program.command('deployment').summary('One deployment: look at it, start it, stop it, read its logs')
  family.addHelpText(
    'after',
    examples(
      'deployment list',
      'deployment info shop',
      'deployment restart shop --on web-2',
      'deployment restart shop --on web-1,web-2',
      'deployment stats shop --range day',
      'deployment logs shop --follow'
    )
  )
  const add = (words: string, summary: string, parent = family) =>
    withSelection(parent.command(words).summary(summary), 'On these instead of this server')

  act(add('list', 'List the deployments'), async (context, given) => {
    const answer = await context.client.get(await at(context, await one(context, given), '/deployments'))
    const lines = rows(row(answer).deployments).map((one) => deployment(one, context.io.now()))
    const heads = ['NAME', 'STATUS', 'SERVICES', 'CHANGED', 'WHY']
    context.print(answer, () => (lines.length === 0 ? 'None' : tableOf(heads, lines, context.paint)))
  })

  act(add('info <name>', 'Show one deployment').alias('get'), async (context, given) => {
    const answer = row(await context.client.get(await at(context, await one(context, given), deploymentOf(given))))
    context.print(answer, () => describe(row(answer.deployment), context))
  })

  const stats = add('stats <name>', 'What each of its containers uses, now and over the last hour')
    .option('--range <span>', 'hour or day', 'hour')
    .addHelpText('after', examples('deployment stats shop', 'deployment stats shop --range day --on web-2'))
  act(stats, async (context, given) => {
    const path = await at(context, await one(context, given), deploymentOf(given))
    await showContainers(context, { path, range: given.option('range') })
  })

  for (const action of ['start', 'stop'] as const) {
    const summary = action === 'start' ? 'Start its containers' : 'Stop its containers'
    const command = add(`${action} <name>`, summary).option('-y, --yes', 'Do not ask')
    act(command, async (context, given) => {
      for (const server of await toChange(context, given, action))
        await changeDeployment(context, { action, path: await at(context, server, deploymentOf(given)) })
    })
  }
  restartCommand(add('restart <name>', 'Restart its containers; on several servers one after the other'), act)
  logsCommand(add('logs <name>', 'Read its logs'), act)

  // The words that fingers expect.
  restartCommand(add('restart <name>', 'Restart a deployment: deployment restart', program), act)
  logsCommand(add('logs <name>', 'Read the logs of a deployment: deployment logs', program), act)
}

function restartCommand(command: Command, act: Tie['act']): void {
  command
    .option('--max-parallel <servers>', 'So many servers at a time, where several are named', '1')
    .option('--settle <seconds>', 'It must still run so long after, where several are named', '5')
    .option('-y, --yes', 'Do not ask')
    .addHelpText(
      'after',
      examples(
        'restart shop',
        'restart shop --on web-2',
        'restart shop --on web-1,web-2',
        'restart shop --on @prod --not db-3'
      )
    )
  act(command, async (context, given) => {
    const [server, ...others] = await toChange(context, given, 'restart')
    if (others.length === 0) {
      await changeDeployment(context, { action: 'restart', path: await at(context, server, deploymentOf(given)) })
      return
    }
    const query = {
      servers: [server ?? '', ...others].join(','),
      max_parallel: given.option('maxParallel'),
      settle_seconds: given.option('settle')
    }
    return restartOnSeveral(context, { path: `/cluster${deploymentOf(given)}/restart`, query })
  })
}

function logsCommand(command: Command, act: Tie['act']): void {
  command
    .option('-F, --follow', 'Go on until Ctrl-C')
    .option('--tail <lines>', 'Newest lines of each container', '100')
    .option('--since <when>', 'Like 10m, or a time')
    .option('--service <name>', 'Only this service')
    .addHelpText('after', examples('logs shop', 'logs shop --on web-2 --follow'))
  act(command, async (context, given) => {
    const { option, has } = given
    const wanted = { tail: option('tail'), since: option('since'), service: option('service') }
    const query = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ''))
    const path = await at(context, await one(context, given), `${deploymentOf(given)}/logs`)
    return readLogs(context, { path, query: has('follow') ? { ...query, follow: 'true' } : query })
  })
}

const deploymentOf = ({ args: [name = ''] }: Given) => `/deployments/${encodeURIComponent(name)}`

/** The one server that is meant; undefined where nothing was said, which is the one that is asked. */
async function one(context: Context, given: Given): Promise<string | undefined> {
  const selected = selectionIn(given)
  return selected && oneServerIn(context, selected)
}

/** Those on which something is to be done; the one that is asked where nothing was said. */
async function toChange(context: Context, given: Given, action: string): Promise<(string | undefined)[]> {
  const selected = selectionIn(given)
  const what = `${action} ${given.args[0] ?? ''}`
  return selected ? serversToChange(context, selected, { what, sure: given.has('yes') }) : [undefined]
}

/** The path at a server; the one that is asked without a detour, also by its own name. */
async function at(context: Context, wanted: string | undefined, path: string): Promise<string> {
  const server = wanted === undefined ? undefined : await serverNamed(context, wanted)
  return server === undefined ? path : `/cluster/peers/${encodeURIComponent(server)}/proxy${path}`
}

function describe(one: Row, { paint }: Context): string {
  const status = text(one.status)
  const head = [
    paint('bold', harmless(text(one.name))),
    paint(colorOf(status), harmless(status)),
    harmless(text(one.path))
  ]
  const why = text(one.error) || text(one.status_reason)
  const lines = rows(one.services).map(service)
  const table = lines.length === 0 ? [] : [tableOf(['SERVICE', 'STATUS', 'HEALTH', 'IMAGE', 'PORTS'], lines, paint)]
  return [
    head.join('  '),
    ...(why ? [harmless(why)] : []),
    ...texts(one.warnings).map((warning) => `warning: ${harmless(warning)}`),
    ...table,
    ...rows(one.services).flatMap(({ name, status_reason: said }) =>
      said ? [`${harmless(text(name))}: ${harmless(text(said))}`] : []
    )
  ].join('\n')
}

const replicas = ({ running, total }: Row) =>
  total === undefined ? '' : ` ${number(running) ?? 0} of ${number(total) ?? 0}`

const service = (one: Row) => [
  text(one.name),
  { text: text(one.status) + replicas(row(one.replicas)), color: colorOf(text(one.status)) },
  text(one.health),
  text(one.image),
  texts(one.ports).join(', ')
]
