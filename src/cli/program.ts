import { Command } from 'commander'
import { createTie, examples } from './command.ts'
import { alertCommands } from './commands/alerts/alert.ts'
import { silenceCommand } from './commands/alerts/silence.ts'
import { apiCommand, clusterCommands } from './commands/cluster.ts'
import { completionCommands } from './commands/completion.ts'
import { deploymentCommands } from './commands/deployments/deployment.ts'
import { fleetCommands } from './commands/deployments/deployments.ts'
import { doctorCommand } from './commands/doctor/doctor.ts'
import { eventsCommand } from './commands/health/events.ts'
import { explainCommand } from './commands/health/explain.ts'
import { reachabilityCommand } from './commands/health/reachability.ts'
import { statusCommands } from './commands/health/status.ts'
import { waitCommand } from './commands/health/wait.ts'
import { inspectCommand } from './commands/inspect.ts'
import { introductionCommands } from './commands/joining/introductions.ts'
import { inviteCommands } from './commands/joining/invite.ts'
import { joinCommand } from './commands/joining/join.ts'
import { leaveCommand } from './commands/joining/leave.ts'
import { machineCommands } from './commands/machine.ts'
import { peerCommands } from './commands/peers.ts'
import { policyCommand } from './commands/policy.ts'
import { configureCommands } from './commands/profiles/configure.ts'
import { signInCommand } from './commands/profiles/sign-in.ts'
import { tagCommand } from './commands/tag.ts'
import { trustCommands } from './commands/trust.ts'
import type { Io } from './io.ts'

/** Adds the commands that act on this machine; each ends with a code of its own. */
export type LocalCommands = (program: Command, machine: { io: Io; ended: (code: number) => void }) => void

export interface ProgramOptions {
  readonly io: Io
  readonly version: string
  readonly locals: LocalCommands
  readonly ended: (code: number) => void
}

const DESCRIPTION = `Joins the agents of several servers into one cluster.

Commands find the agent by --url, FLATRUN_URL, a profile (flatrun-cluster login), or else take the one that runs on this machine, with its own key where this user may read it.`

/** The whole tree of commands. */
export function createProgram({ io, version, locals, ended }: ProgramOptions): Command {
  const program = root(io, version)
  const tie = createTie(io, ended)
  program.commandsGroup('This cluster:')
  for (const add of OF_THE_CLUSTER) add(program, tie)
  program.commandsGroup('Other agents:')
  for (const add of OF_OTHER_AGENTS) add(program, tie)
  program.commandsGroup('This machine:')
  locals(program, { io, ended })
  completionCommands(program, tie)
  program
    .command('version')
    .summary('Print the version')
    .action(() => io.out(version))
  describeAll(program)
  return program
}

/** In the order of the help. */
const OF_THE_CLUSTER = [
  statusCommands,
  peerCommands,
  leaveCommand,
  inviteCommands,
  joinCommand,
  introductionCommands,
  trustCommands,
  policyCommand,
  tagCommand,
  explainCommand,
  reachabilityCommand,
  doctorCommand,
  waitCommand,
  eventsCommand,
  machineCommands,
  inspectCommand,
  signInCommand,
  alertCommands,
  silenceCommand,
  fleetCommands,
  deploymentCommands
]
const OF_OTHER_AGENTS = [configureCommands, clusterCommands, apiCommand]

/** What all commands take. */
const root = (io: Io, version: string): Command =>
  new Command('flatrun-cluster')
    .description(DESCRIPTION)
    .version(version, '-V, --version')
    .option('--profile <name>', 'Use this profile')
    .option('--url <url>', 'The agent, with or without /api')
    .option('--token <key>', 'The key; better with --token-file, where the list of processes does not show it')
    .option('--token-file <file>', 'Read the key from a file, or - for stdin')
    .option('--timeout <duration>', 'How long an answer may take: 500ms, 30s, 2m')
    .option('--insecure-skip-verify', 'Do not check certificates')
    .option('--json', 'Print the answer as JSON')
    .option('--verbose', 'Tell of each request and answer on stderr')
    .option('--no-color', 'No colours; so does NO_COLOR')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', examples('status', 'invite', 'join TOKEN', 'wait --for up', 'explain web-2'))
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd())
    })

/** A command's own help begins with its sentence, also where there is no more to say than in the list. */
function describeAll(command: Command): void {
  if (command.description() === '') command.description(command.summary())
  for (const one of command.commands) describeAll(one)
}
