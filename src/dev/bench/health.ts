/**
 * The figures of the health check, measured on this machine with real processes and sockets, as the table of
 * docs/performance.md. Takes about a quarter of an hour; other load on the machine shows in it.
 *
 *   npm run bench:health -- [verdicts | stall | hanging | load]…
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { benchHanging } from './health/bench-hanging.ts'
import { benchLoad } from './health/bench-load.ts'
import { benchStall } from './health/bench-stall.ts'
import { benchVerdicts } from './health/bench-verdicts.ts'

const PARTS = { verdicts: benchVerdicts, stall: benchStall, hanging: benchHanging, load: benchLoad }

const { positionals } = parseArgs({ allowPositionals: true })
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}\n`)
console.log('| what | measured | to reach | |\n|---|---|---|---|')
for (const [name, bench] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  for await (const { what, measured, reach, reached } of bench()) {
    console.log(`| ${what} | ${measured} | ${reach} | ${reached ? 'reached' : '**missed**'} |`)
  }
}
