#!/usr/bin/env node
import { runConfig } from './admin/config.ts'
import { runBackup, runRestore } from './admin/keep.ts'
import { runService } from './admin/service.ts'
import { processTerminal } from './admin/terminal.ts'
import { runAgent } from './agent.ts'
import { ConfigFaults } from './config.ts'
import { Fatal } from './errors.ts'

/** The process: `agent` is the daemon, some words act on this system, every other one talks to a running daemon. */
const terminal = processTerminal()
const [command = '', ...words] = process.argv.slice(2)
process.exitCode = await run().catch(ended)

async function run(): Promise<number> {
  if (command === 'agent') return runAgent(words)
  if (command === 'config') return runConfig(words, terminal, process.env)
  if (command === 'service') return runService(words, terminal)
  if (command === 'backup') return runBackup(words, terminal, process.env)
  if (command === 'restore') return runRestore(words, terminal, process.env)
  throw new Fatal(64, `unknown command ${JSON.stringify(command)}; try agent, config, service, backup or restore`)
}

function ended(error: unknown): number {
  if (error instanceof Fatal) terminal.err(`flatrun-cluster: ${error.message}`)
  else if (error instanceof ConfigFaults) terminal.err(error.message)
  else terminal.err(`flatrun-cluster: internal fault: ${error instanceof Error ? error.stack : error}`)
  if (error instanceof Fatal) return error.exitCode
  return error instanceof ConfigFaults ? 78 : 70
}
