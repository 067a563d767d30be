import { Argument, type Command, Option } from 'commander'
import { mermaidOf } from '../../charts/mermaid.ts'
import { svgOf } from '../../charts/svg.ts'
import { drawnMachines } from '../charts.ts'
import { examples, type Given, type Tie } from '../command.ts'
import type { Context } from '../context.ts'
import { CliFault, EXIT } from '../exit.ts'
import { type Row, row, rows, text, texts } from '../text/shape.ts'
import { tableOf } from '../text/table.ts'
import { colorOf } from '../text/words.ts'

type Drawn = ReturnType<typeof drawnMachines>[number]

/** The state machines: what there is, how each runs now, and their drawings. */
export function machineCommands(program: Command, { act }: Tie): void {
  const machine = program.command('machine').summary('The state machines behind peers and joins').alias('machines')
  machine.addHelpText('after', examples('machine list', 'machine show web-2', 'machine graph joining'))
  act(
    machine
      .command('list')
      .summary('Every machine that runs, and in which states')
      .addHelpText('after', examples('machine list', 'machine list --json')),
    list
  )
  act(
    machine
      .command('show <name>')
      .summary('What the states of a machine mean, and which are active')
      .description('NAME is a machine (peer, supervisor, joining), or a peer, whose own machine is then shown.')
      .addHelpText('after', examples('machine show peer', 'machine show web-2')),
    show
  )
  const format = new Option('--format <format>', 'What to write').choices(['mermaid', 'json', 'svg']).default('mermaid')
  act(
    machine
      .command('graph')
      .summary('Draw a machine; needs no agent')
      .description('mermaid is for Markdown, svg is a picture, and json is what Stately imports.')
      .addArgument(new Argument('<name>', 'the machine').choices(drawnMachines().map(({ chart }) => chart.name)))
      .addOption(format)
      .addHelpText(
        'after',
        examples(
          'machine graph peer',
          'machine graph joining --format json > joining.json',
          'machine graph peer --format svg > peer.svg'
        )
      ),
    graph
  )
}

async function list({ client, print, paint }: Context): Promise<void> {
  const answer = await client.get('/cluster/machines', { limit: '10000' })
  const lines = rows(row(answer).actors).map((actor) => [
    text(actor.machine),
    text(actor.peer) || text(actor.id),
    states(actor)
  ])
  print(answer, () => tableOf(['MACHINE', 'ABOUT', 'STATES'], lines, paint))
}

async function show(context: Context, { args: [name = ''] }: Given): Promise<void> {
  const known = find(name)
  const query = { limit: '10000', ...(!known && { peer: name }) }
  const answer = row(await context.client.get('/cluster/machines', query))
  const actors = rows(answer.actors).filter((actor) => known === undefined || actor.machine === known.chart.name)
  const drawn = known ?? find(text(actors[0]?.machine))
  if (!drawn) throw unknown(name, EXIT.notFound)
  context.print({ definition: drawn.definition, actors }, () => shown(drawn, actors, context))
}

async function graph({ io, json }: Context, { args: [name = ''], option }: Given): Promise<void> {
  const drawn = find(name)
  if (!drawn) throw unknown(name, EXIT.usage)
  const wanted = json ? 'json' : option('format')
  if (wanted === 'json') io.out(JSON.stringify(drawn.definition, null, 2))
  else io.out(wanted === 'svg' ? svgOf(drawn.chart).trimEnd() : mermaidOf(drawn.chart))
}

const find = (name: string) => drawnMachines().find(({ chart }) => chart.name === name)

function unknown(name: string, exitCode: number): CliFault {
  const names = drawnMachines().map(({ chart }) => chart.name)
  return new CliFault(exitCode, `no machine and no peer is called "${name}"`, `Machines: ${names.join(', ')}`)
}

const states = (actor: Row): string => texts(actor.states).join('  ') || text(actor.status)

/** Of one actor its active states, of many how many are in each. */
function shown({ chart }: Drawn, actors: readonly Row[], { paint }: Context): string {
  const lines = chart.states
    .filter(({ id }) => id !== '')
    .map(({ id, description = '' }) => {
      const inside = actors.filter((actor) =>
        texts(actor.states).some((state) => state === id || state.startsWith(`${id}.`))
      )
      const mark = actors.length === 1 ? (inside.length > 0 ? '●' : ' ') : String(inside.length)
      const color = inside.length > 0 ? (colorOf(id.split('.').at(-1) ?? '') ?? 'bold') : undefined
      return [{ text: id, color }, mark, description]
    })
  const heads = ['STATE', actors.length === 1 ? 'NOW' : 'ACTORS', 'MEANS']
  const [only] = actors
  const about = actors.length === 1 && text(only?.peer) ? ` of ${text(only?.peer)}` : ''
  return [
    `${paint('bold', `${chart.name}${about}`)}  ${chart.description}`,
    '',
    ...(lines.length > 0 ? [tableOf(heads, lines, paint)] : [])
  ].join('\n')
}
