import type { Command } from 'commander'
import { isRecord } from '../../../untyped.ts'
import { selectionIn, withSelection } from '../../agent/selection.ts'
import { examples, type Given, type Tie } from '../../command.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit.ts'
import { number, type Row, row, rows, text, texts } from '../../text/shape.ts'
import { type Cell, tableOf } from '../../text/table.ts'
import { agoOf, bytesOf, colorOf, harmless, percentOf, plural, spanOf } from '../../text/words.ts'

/** What all servers have, in one table: deployments, and figures. */
export function fleetCommands(program: Command, { act }: Tie): void {
  const narrowed = (command: Command) =>
    withSelection(command, 'Only these').option('--stale', 'For a server that is away, its last good answer')

  const deployments = narrowed(
    program.command('deployments').aliases(['ps', 'ls']).summary('The deployments of all servers')
  )
    .option('--status <status>', 'Only with this status: running, partial, stopped, error, unknown')
    .addHelpText(
      'after',
      examples(
        'deployments',
        'deployments --status error',
        'ps',
        'ps --on @prod --not db-3',
        'deployments --on web-1,web-2 --json'
      )
    )
  act(deployments, async (context, given) => {
    const status = given.option('status')
    const answer = await context.client.get('/cluster/deployments', { ...narrowing(given), ...(status && { status }) })
    const lines = entries(answer).flatMap(([server, entry]) =>
      rows(entry.data).map((one) => [server, ...deployment(one, context.io.now())])
    )
    context.print(answer, () =>
      lines.length === 0
        ? 'None'
        : tableOf(['SERVER', 'NAME', 'STATUS', 'SERVICES', 'CHANGED', 'WHY'], lines, context.paint)
    )
    return silence(answer, context)
  })

  const stats = narrowed(program.command('stats').summary('CPU, memory and disk of all servers')).addHelpText(
    'after',
    examples('stats', 'stats --on web-1 --json')
  )
  act(stats, async (context, given) => {
    const answer = await context.client.get('/cluster/stats', narrowing(given))
    const lines = entries(answer).flatMap(([server, entry]) =>
      isRecord(entry.data) ? [[server, ...figures(entry.data)]] : []
    )
    context.print(answer, () =>
      lines.length === 0
        ? 'None'
        : tableOf(['SERVER', 'CPU', 'MEMORY', 'DISK', 'LOAD', 'UP', 'DEPLOYMENTS'], lines, context.paint)
    )
    return silence(answer, context)
  })
}

const narrowing = (given: Given) => ({
  ...selectionIn(given),
  ...(given.has('stale') && { stale: 'true' })
})

const entries = (answer: unknown): [string, Row][] =>
  Object.entries(row(row(answer).servers)).map(([name, entry]) => [name, row(entry)])

/** Names the servers that gave nothing, or not all: a list that is not whole must say so. */
function silence(answer: unknown, { io, paint }: Context): number {
  for (const [server, { incomplete }] of entries(answer))
    for (const { detail } of rows(incomplete)) io.err(paint('yellow', harmless(`${server}: ${text(detail)}`)))
  const silent = entries(answer).filter(([, entry]) => entry.data === undefined)
  for (const [server, entry] of silent) io.err(paint('red', harmless(`${server} gave no answer: ${text(entry.error)}`)))
  return silent.length === 0 ? EXIT.ok : EXIT.unhealthy
}

export function deployment(one: Row, now: number): (Cell | string)[] {
  const services = rows(one.services)
  const running = services.filter(({ status }) => status === 'running').length
  const status = text(one.status)
  return [
    text(one.name),
    { text: status, color: colorOf(status) },
    `${running}/${services.length}`,
    agoOf(one.updated_at, now),
    text(one.error) || text(one.status_reason) || warned(one) || ' '
  ]
}

/** The first of them; `deployment get` tells all. */
function warned(one: Row): string {
  const [first, ...others] = texts(one.warnings)
  return first === undefined ? '' : `warning: ${first}${others.length > 0 ? ` (and ${others.length} more)` : ''}`
}

function figures(data: Row): string[] {
  const { cpu, memory, disk, load_avg: load, uptime } = row(data.system)
  const share = (of: Row) => `${percentOf(number(of.usage_percent))} of ${bytesOf(number(of.total))}`
  const counts = row(data.deployments)
  return [
    percentOf(number(row(cpu).usage_percent)),
    share(row(memory)),
    share(row(disk)),
    String(number(row(load).load1) ?? '-'),
    spanOf((number(uptime) ?? 0) * 1_000),
    `${plural(number(counts.total_deployments) ?? 0, 'deployment')}, ${number(counts.running) ?? 0} running`
  ]
}
