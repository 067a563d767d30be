import { parseArgs } from 'node:util'
import { ConfigFaults, loadConfig } from '../config/config.ts'
import { describeFault, type Fault } from '../config/faults.ts'
import { configJsonSchema } from '../config/json-schema.ts'
import { printConfig } from '../config/print.ts'
import { Fatal } from '../errors.ts'
import type { Terminal } from './terminal.ts'

const USAGE = 'Usage: flatrun-cluster config check|print|schema [FILE] [--origin] [--json]'

/** `flatrun-cluster config`: whether a config is right, what counts, what may be written. Gives the exit code. */
export function runConfig(words: readonly string[], terminal: Terminal, env: NodeJS.ProcessEnv): number {
  const { values, positionals } = read(words)
  const [action, file = values.config] = positionals
  if (action === 'schema') {
    terminal.out(JSON.stringify(configJsonSchema(), null, 2))
    return 0
  }
  if (action === 'print') {
    const config = loadConfig({ file, env })
    terminal.out(
      values.json
        ? JSON.stringify(config.source.entries, null, 2)
        : printConfig(config, { origin: values.origin }).trimEnd()
    )
    return 0
  }
  if (action === 'check') return check(file, env, values.json, terminal)
  throw new Fatal(64, USAGE)
}

function check(file: string | undefined, env: NodeJS.ProcessEnv, json: boolean, terminal: Terminal): number {
  const { notes, faults } = judged(file, env)
  const ok = faults === undefined
  if (json) terminal.out(JSON.stringify(ok ? { ok, notes } : { ok, faults }))
  else if (ok) {
    for (const note of notes) terminal.err(`note: ${note}`)
    terminal.out(`${file ?? 'the defaults'}: right`)
  } else terminal.err(faults.map(describeFault).join('\n'))
  return ok ? 0 : 78
}

function judged(
  file: string | undefined,
  env: NodeJS.ProcessEnv
): { notes: readonly string[]; faults?: readonly Fault[] } {
  try {
    return { notes: loadConfig({ file, env }).source.notes }
  } catch (error) {
    if (error instanceof ConfigFaults) return { notes: [], faults: error.faults }
    throw error
  }
}

function read(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        config: { type: 'string', short: 'c' },
        origin: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false }
      }
    })
  } catch (cause) {
    throw new Fatal(64, `${cause instanceof Error ? cause.message : cause}. ${USAGE}`, { cause })
  }
}
