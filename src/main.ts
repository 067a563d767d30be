#!/usr/bin/env node
import type { Command } from 'commander'
import { createLocal, type Machine } from './admin/command.ts'
import { adminCommands } from './admin/commands.ts'
import { runCli } from './cli/cli.ts'
import { examples } from './cli/command.ts'
import { processIo } from './cli/io.ts'
import { ConfigFaults } from './config/check/faults.ts'
import { Fatal } from './errors/fatal.ts'
import { withPriority } from './systemd/inherited.ts'
import { readVersion } from './version.ts'

/** The process: `agent` is the daemon, some words act on this system, every other one talks to a running daemon. */
const io = processIo()
process.exitCode = await runCli(process.argv.slice(2), { io, version: readVersion().version, locals }).catch(ended)

function locals(program: Command, machine: Machine): void {
  const { command } = createLocal(program, machine)
  const agent = command('agent', 'Run the agent')
    .option('-c, --config <file>', 'The config; without it the defaults, with the state in ./data')
    .addHelpText('after', examples('agent', 'agent --config /etc/flatrun-cluster/config.yml'))
  agent.action(async ({ config }: { config?: string }) => {
    process.once('uncaughtException', (error) => process.exit(ended(error)))
    // Loaded when it is wanted: a command that asks one question must not load the daemon.
    const { runAgent } = await import('./daemon/agent.ts')
    // Whatever was left behind: the process has ended, with the code by which systemd decides what comes next.
    process.exit(await runAgent(config).catch(ended))
  })
  adminCommands(program, machine)
}

function ended(error: unknown): number {
  // The journal reads the priority of each line at its beginning: a start that fails is critical.
  const say = (text: string) => io.err(withPriority(text, 2, process.env))
  if (error instanceof Fatal) say(`flatrun-cluster: ${error.message}`)
  else if (error instanceof ConfigFaults) say(error.message)
  else say(`flatrun-cluster: internal fault: ${error instanceof Error ? error.stack : error}`)
  if (error instanceof Fatal) return error.exitCode
  return error instanceof ConfigFaults ? 78 : 70
}
