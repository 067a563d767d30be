/**
 * Measures this agent beside others, in one run, and prints tables.
 *
 *   npm run bench -- [proxy] [aggregate] [reverse] [introductions] [settings]
 *                    [--rounds N] [--seconds N] [--nodes N] [--around N]
 */
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { benchAggregate } from './aggregate.ts'
import { benchIntroductions } from './introductions.ts'
import { createProcesses } from './processes/processes.ts'
import { benchProxy } from './proxy.ts'
import { benchReverse } from './reverse.ts'
import { benchSettings } from './settings.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    nodes: { type: 'string', default: '20' },
    around: { type: 'string', default: '200' }
  }
})
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)
const wanted = positionals.length > 0 ? positionals : ['proxy', 'aggregate']

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}; medians of ${rounds} rounds of ${seconds} s`
)
const build = spawnSync(process.execPath, [path.join(import.meta.dirname, '..', 'build', 'build.ts')], {
  stdio: 'inherit'
})
if (build.status !== 0) process.exit(70)
const processes = createProcesses()
if (wanted.includes('proxy')) await benchProxy(processes, { rounds, seconds })
if (wanted.includes('aggregate')) await benchAggregate(processes, { rounds, seconds })
if (wanted.includes('reverse')) await benchReverse(processes, { rounds, seconds })
if (wanted.includes('settings')) await benchSettings(processes, { rounds, seconds })
if (wanted.includes('introductions'))
  await benchIntroductions({ nodes: Number(values.nodes), around: Number(values.around), members: [10, 1_000] })
process.exit(0)
