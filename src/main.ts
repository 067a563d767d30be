#!/usr/bin/env node
import { processTerminal, type Terminal } from './admin/terminal.ts'
import { type LocalCommand, runCli } from './cli/cli.ts'
import { processIo } from './cli/io.ts'
import { ConfigFaults } from './config/faults.ts'
import { Fatal } from './errors.ts'
import { readVersion } from './version.ts'

/** The process: `agent` is the daemon, some words act on this system, every other one talks to a running daemon. */
const terminal = processTerminal()
process.exitCode = await runCli(process.argv.slice(2), {
  io: processIo,
  version: readVersion().version,
  locals: locals(terminal)
}).catch(ended)

// Each is loaded when it is wanted: a command that asks one question must not load the daemon.
async function agent(rest: readonly string[]): Promise<number> {
  const { runAgent } = await import('./daemon/agent.ts')
  return runAgent(rest)
}

function locals(speak: Terminal): LocalCommand[] {
  const { env } = process
  return [
    {
      name: 'agent',
      summary: 'Run the agent',
      usage: '[--config FILE]',
      words: [],
      run: agent
    },
    {
      name: 'init',
      summary: 'Write a first config',
      usage:
        '[FILE] [--server-name NAME] [--advertise-url URL] [--host ADDRESS] [--port PORT] [--deployments DIR] [--yes]',
      words: [],
      run: async (rest) => (await import('./admin/init.ts')).runInit(rest, speak)
    },
    {
      name: 'config',
      summary: 'Whether a config is right, what counts, what may be written',
      usage: 'check|print|schema [FILE] [--origin] [--json]',
      words: ['check', 'print', 'schema'],
      run: async (rest) => (await import('./admin/config.ts')).runConfig(rest, speak, env)
    },
    {
      name: 'service',
      summary: 'The systemd service: install it, take it away, look at it',
      usage:
        'install|uninstall|status [--config FILE] [--docker] [--deployments DIR] [--user NAME] [--dry-run] [--yes]',
      words: ['install', 'uninstall', 'status'],
      run: async (rest) => (await import('./admin/service.ts')).runService(rest, speak)
    },
    {
      name: 'backup',
      summary: 'Keep a copy of the data path, while the agent runs',
      usage: 'FILE [--data-path DIR] [--config FILE]',
      words: [],
      run: async (rest) => (await import('./admin/keep.ts')).runBackup(rest, speak, env)
    },
    {
      name: 'restore',
      summary: 'Bring a backup back, while the agent is stopped',
      usage: 'FILE [--replace] [--data-path DIR] [--config FILE]',
      words: [],
      run: async (rest) => (await import('./admin/keep.ts')).runRestore(rest, speak, env)
    }
  ]
}

function ended(error: unknown): number {
  if (error instanceof Fatal) terminal.err(`flatrun-cluster: ${error.message}`)
  else if (error instanceof ConfigFaults) terminal.err(error.message)
  else terminal.err(`flatrun-cluster: internal fault: ${error instanceof Error ? error.stack : error}`)
  if (error instanceof Fatal) return error.exitCode
  return error instanceof ConfigFaults ? 78 : 70
}
