import path from 'node:path'
import { mermaidOf } from '../../charts/mermaid.ts'
import { svgOf } from '../../charts/svg.ts'
import type { Chart, ChartTransition, DrawnMachine } from '../../schemas/inspection/chart.ts'
import { draw } from './draw.ts'
import { machinesIn } from './machines.ts'

/** Every file that is drawn from the machines, by its path in the checkout. */
export async function drawnFiles(root: string): Promise<Map<string, string>> {
  const machines = await Promise.all((await machinesIn(path.join(root, 'machines'))).map(draw))
  return new Map([
    ['machines/charts.json', chartsJson(machines)],
    ['machines/README.md', readme(machines)],
    ['docs/machines.md', manual(machines)],
    ...machines.map(({ chart }): [string, string] => [`docs/machines/${chart.name}.svg`, svgOf(chart)])
  ])
}

/** A point stays on one line, so that a change of the code is readable in the change of this file. */
function chartsJson(machines: readonly DrawnMachine[]): string {
  const text = JSON.stringify(machines, null, 1)
  return `${text.replace(/\[\n\s+(-?[\d.]+),\n\s+(-?[\d.]+)\n\s+\]/g, '[$1, $2]')}\n`
}

const GENERATED = '<!-- Drawn from the code by `npm run draw:machines`; a test compares. -->'

function readme(machines: readonly DrawnMachine[]): string {
  return `${GENERATED}

# Machines

Behaviour in time, apart from the world: these files import XState and types, and nothing else. What touches the world
(asking a peer, storing a join) is handed to them by \`src/cluster\`. The rules that need no time are plain functions
beside them: \`peer/verdict.ts\`, \`peer/flapping.ts\`, \`prober/local-health.ts\`.

What the states mean, for whoever runs a cluster: [docs/machines.md](../docs/machines.md). To edit a machine as a
drawing, import \`flatrun-cluster machine graph NAME --format json\` into Stately.
${machines.map(({ chart }) => `\n## ${chart.name}\n\n${chart.description}\n\n\`\`\`mermaid\n${mermaidOf(chart)}\n\`\`\`\n`).join('')}`
}

function manual(machines: readonly DrawnMachine[]): string {
  return `${GENERATED}

# The state machines

Every peer, every join and the watch over all of them is a state machine. Their current states are in
\`flatrun-cluster machine list\` and on the dashboard's page Machines; live in the Stately inspector with
\`flatrun-cluster inspect\` ([how](inspector.md)).

Green states carry the tag \`reachable\`: requests are passed on to such a peer. A dot marks where a region begins.
${machines.map(({ chart }) => section(chart)).join('')}`
}

function section(chart: Chart): string {
  const states = chart.states
    .filter(({ id, description }) => id !== '' && description !== undefined)
    .map(({ id, description }) => `| \`${id}\` | ${cell(description)} |`)
  const stays = chart.states.flatMap(({ id, inside }) => inside.flatMap((one) => because(id, 'stays', one)))
  const goes = chart.ways.flatMap(({ from, to, transitions }) =>
    transitions.flatMap((one) => because(from, `\`${to}\``, one))
  )
  return [
    `\n## ${chart.name}\n\n${chart.description}\n\n![State machine ${chart.name}](machines/${chart.name}.svg)\n`,
    ...table('| state | means |\n|---|---|', states),
    ...table('| in | when | goes to | because |\n|---|---|---|---|', [...goes, ...stays])
  ].join('\n')

  function because(from: string, to: string, { label, description }: ChartTransition): string[] {
    return description === undefined
      ? []
      : [`| \`${from || chart.name}\` | \`${label}\` | ${to} | ${cell(description)} |`]
  }
}

const table = (head: string, rows: readonly string[]) => (rows.length > 0 ? [head, ...rows, ''] : [])

const cell = (text = '') => text.replaceAll('|', '\\|')
