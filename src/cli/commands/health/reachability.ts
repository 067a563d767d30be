import type { Command } from 'commander'
import { examples, type Tie } from '../../command.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit.ts'
import { number, type Row, row, text, texts } from '../../text/shape.ts'
import { tableOf } from '../../text/table.ts'
import { colorOf, harmless, type Paint } from '../../text/words.ts'

/** Wider than this a terminal breaks lines, and what is wrong is listed instead. */
const MOST_COLUMNS = 12

/** `reachability`: who sees whom. Fails where somebody does not. */
export function reachabilityCommand(program: Command, { act }: Tie): void {
  const command = program
    .command('reachability')
    .summary('Who sees whom: links that are cut, in one direction or both, and islands')
    .addHelpText('after', examples('reachability', 'reachability --json'))
  act(command, async (context) => {
    const answer = row(await context.client.get('/cluster/reachability'))
    context.print(answer, () => drawn(answer, context))
    return faultsIn(answer).length > 0 ? EXIT.unhealthy : EXIT.ok
  })
}

const cellIn = ({ rows }: Row, from: string, to: string): Row => row(row(row(row(rows)[from]).sees)[to])

/** Each link that is not well, from whom to whom. */
function faultsIn(answer: Row): { from: string; to: string; state: string; scope: string }[] {
  const nodes = texts(answer.nodes)
  return nodes.flatMap((from) =>
    nodes.flatMap((to) => {
      const { state, scope } = cellIn(answer, from, to)
      return text(state) === '' || state === 'online' ? [] : [{ from, to, state: text(state), scope: text(scope) }]
    })
  )
}

function drawn(answer: Row, { paint }: Context): string {
  const nodes = texts(answer.nodes)
  const faults = faultsIn(answer)
  const islands = (Array.isArray(answer.islands) ? answer.islands : []).map(texts)
  const silent = nodes.filter((node) => row(row(answer.rows)[node]).answered !== true)
  const pairs = (Array.isArray(answer.asymmetric) ? answer.asymmetric : []).map(texts)
  const parts = [
    nodes.length <= MOST_COLUMNS ? matrix(answer, nodes, paint) : '',
    faults.length > 0 && nodes.length > MOST_COLUMNS ? listed(faults, paint) : '',
    faults.length === 0 ? 'Everybody reaches whom they know.' : '',
    pairs.map(([from, to]) => harmless(`${from} does not reach ${to}, which reaches ${from}.`)).join('\n'),
    islands.length > 1 ? harmless(`Islands: ${islands.map((names) => names.join(', ')).join(' | ')}`) : '',
    silent.map((node) => harmless(`${node} told nothing: ${text(row(row(answer.rows)[node]).error)}`)).join('\n')
  ]
  return parts.filter(Boolean).join('\n\n')
}

/** Rows see columns, which are numbered: names would be wider than what stands below them. */
function matrix(answer: Row, nodes: readonly string[], paint: Paint): string {
  const lines = nodes.map((from, at) => [
    `${at + 1} ${from}`,
    ...nodes.map((to) => {
      if (to === from) return '·'
      const { state, latency_ms } = cellIn(answer, from, to)
      const latency = number(latency_ms)
      const word = state === 'online' && latency !== undefined ? `${Math.round(latency)} ms` : text(state) || '?'
      return { text: word, color: colorOf(text(state)) }
    })
  ])
  return tableOf(['SEES', ...nodes.map((_, at) => String(at + 1))], lines, paint)
}

function listed(faults: ReturnType<typeof faultsIn>, paint: Paint): string {
  const lines = faults.map(({ from, to, state, scope }) => [from, to, { text: state, color: colorOf(state) }, scope])
  return tableOf(['FROM', 'TO', 'STATE', 'OTHERS'], lines, paint)
}
