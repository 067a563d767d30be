import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Given } from '../cli/command.ts'
import type { Io } from '../cli/io.ts'
import { describeFault, type Fault } from '../config/check/faults.ts'
import { ConfigFaults } from '../config/config.ts'
import { configJsonSchema } from '../config/json-schema.ts'
import { printConfig } from '../config/print.ts'
import { withPriority } from '../systemd/inherited.ts'
import { configMeant, configOf, DEFAULTS, type Subject } from './subject.ts'

/** `flatrun-cluster config schema` */
export function printSchema(io: Io): undefined {
  io.out(JSON.stringify(configJsonSchema(), null, 2))
}

/** `flatrun-cluster config print`: what counts, and with --origin why. */
export function printOut(given: Given, io: Io, root?: string): undefined {
  const subject = configMeant(given, io, root)
  const config = configOf(subject, io)
  io.err(`config: ${subject.from}`)
  io.out(
    given.has('json')
      ? JSON.stringify(config.source.entries, null, 2)
      : printConfig(config, { origin: given.has('origin') }).trimEnd()
  )
}

/** `flatrun-cluster config check`: 0, or 78 and every fault. */
export function checkConfig(given: Given, io: Io, root?: string): number {
  const subject = configMeant(given, io, root)
  const { notes, faults } = judged(subject, io)
  const ok = faults === undefined
  if (given.has('json')) io.out(JSON.stringify(ok ? { ok, notes } : { ok, faults }))
  else if (ok) {
    if (subject.from === DEFAULTS && existsSync(path.join(io.cwd, 'config.yml')))
      io.err('note: ./config.yml was not looked at: an agent without --config does not read it either')
    for (const note of notes) io.err(`note: ${note}`)
    io.out(`${subject.from}: right`)
    // A reload by systemd asks here first, and its journal is where a person looks.
  } else io.err(withPriority(faults.map(describeFault).join('\n'), 3, io.env))
  return ok ? 0 : 78
}

function judged(subject: Subject, io: Io): { notes: readonly string[]; faults?: readonly Fault[] } {
  try {
    return { notes: configOf(subject, io).source.notes }
  } catch (error) {
    if (error instanceof ConfigFaults) return { notes: [], faults: error.faults }
    throw error
  }
}
