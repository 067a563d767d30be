import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Given } from '../cli/command.ts'
import type { Io } from '../cli/io.ts'
import { agrees } from '../cli/prompt.ts'
import { harmless } from '../cli/text/words.ts'
import { loadConfig } from '../config/config.ts'
import { Fatal } from '../errors/fatal.ts'
import {
  describeStep,
  type InstallOptions,
  type Present,
  planInstall,
  planUninstall,
  type Step,
  unitOfPackage,
  unreachable
} from '../systemd/service-plan.ts'
import { CREDENTIALS, SERVICE } from '../systemd/unit.ts'

/** `flatrun-cluster service install`: shows every step, asks, then does it. */
export async function installService(given: Given, io: Io): Promise<number> {
  const steps = planInstall(installOptions(given, versionOfSystemd()), present)
  return carryOut(steps, given, io, `done; look with: systemctl status ${SERVICE}`)
}

/** `flatrun-cluster service uninstall`: the same, back. */
export async function uninstallService(given: Given, io: Io): Promise<number> {
  versionOfSystemd()
  const steps = planUninstall(present)
  if (steps.length > 0) {
    return carryOut(steps, given, io, `done; /etc/flatrun-cluster and /var/lib/${SERVICE} are left for you`)
  }
  const packaged = unitOfPackage(present)
  io.err(
    packaged ? `${packaged} belongs to the package: dpkg -r ${SERVICE} takes both` : 'there is no service to take away'
  )
  return 0
}

async function carryOut(steps: readonly Step[], { has }: Given, io: Io, done: string): Promise<number> {
  io.err(`This ${has('dryRun') ? 'would' : 'will'}:`)
  for (const step of steps) io.err(`  ${describeStep(step)}`)
  if (has('dryRun')) {
    for (const step of steps) if (step.kind === 'file') io.out(`# ${step.path}\n${step.text}`)
    return 0
  }
  if (process.getuid?.() !== 0) throw new Fatal(77, 'this needs root: run it again with sudo')
  if (!has('yes') && !io.interactive) throw new Fatal(64, 'nobody is here to ask; add --yes')
  if (!has('yes') && !(await agrees(io, 'Go on?'))) return 1
  for (const step of steps) apply(step)
  io.err(done)
  return 0
}

function installOptions({ option, has }: Given, version: number): InstallOptions {
  const program = [process.execPath, path.resolve(process.argv[1] ?? '')]
  const hidden = unreachable(program)
  if (hidden) throw new Fatal(64, hidden)
  const [deployments, socket, user] = [option('deployments'), option('socket'), option('user')]
  if (deployments && !user)
    throw new Fatal(64, '--deployments needs --user: a user that systemd makes for each run cannot own files')
  if (has('docker') && spawnSync('getent', ['group', 'docker']).status !== 0)
    throw new Fatal(64, 'there is no group docker, so the service could not start; install the engine first')
  if (user && spawnSync('id', [user]).status !== 0)
    throw new Fatal(64, `there is no user ${user}; make it with: useradd --system --home-dir /nonexistent ${user}`)
  const config = path.resolve(option('config') || usualConfig())
  return {
    program,
    docker: has('docker'),
    version,
    config,
    closed: unitOfPackage(present) === undefined && isClosed(config, user),
    ...(deployments && { deployments: path.resolve(deployments) }),
    ...(socket && { socket }),
    ...(user && { user })
  }
}

/** A unit without a user of its own runs as one that is in no group of this system. */
function isClosed(config: string, user: string): boolean {
  if (!existsSync(config)) return false
  const { mode, uid, gid } = statSync(config)
  if (user === '') {
    if ((mode & 0o004) !== 0) return false
    if (holdsSecrets(config))
      throw new Fatal(
        64,
        `${config} holds secrets and is not for everybody to read; give the service a user of its own with --user NAME, or put them into ${CREDENTIALS}`
      )
    return true
  }
  const owns = uid === idOf('-u', user) && (mode & 0o400) !== 0
  const shares = gid === idOf('-g', user) && (mode & 0o040) !== 0
  return !owns && !shares && (mode & 0o004) === 0
}

const SECRETS = ['auth.api_keys', 'auth.jwt_secret', 'flatrun.api_key', 'alerts.targets', 'alerts.heartbeat.url']
const holdsSecrets = (file: string) =>
  loadConfig({ file, env: {} }).source.entries.some(({ key, origin }) => SECRETS.includes(key) && origin !== 'default')

const idOf = (which: string, user: string) => Number(spawnSync('id', [which, user], { encoding: 'utf8' }).stdout)

/** FlatRun's own config where there is one: it works here as it is. */
const usualConfig = () =>
  existsSync('/etc/flatrun/config.yml') ? '/etc/flatrun/config.yml' : '/etc/flatrun-cluster/config.yml'

const present: Present = (file) => {
  if (!existsSync(file)) return undefined
  return statSync(file).isDirectory() ? '' : readFileSync(file, 'utf8')
}

function versionOfSystemd(): number {
  const { status, stdout } = spawnSync('systemctl', ['--version'], { encoding: 'utf8' })
  const version = Number(/^systemd (\d+)/.exec(stdout ?? '')?.[1])
  if (status !== 0 || !version) throw new Fatal(69, 'there is no systemd here')
  return version
}

function apply(step: Step): void {
  if (step.kind === 'folder') {
    // Only the innermost is for root alone: the daemon's own user reads the config beside it.
    mkdirSync(path.dirname(step.path), { recursive: true, mode: 0o755 })
    mkdirSync(step.path, { mode: step.mode })
  } else if (step.kind === 'open') {
    if (step.group !== undefined) chownSync(step.path, statSync(step.path).uid, idOf('-g', step.group))
    chmodSync(step.path, step.group === undefined ? 0o644 : 0o640)
  } else if (step.kind === 'remove') rmSync(step.path)
  else if (step.kind === 'file') {
    mkdirSync(path.dirname(step.path), { recursive: true, mode: 0o755 })
    writeFileSync(step.path, step.text, { mode: step.mode })
  } else {
    const [program = '', ...words] = step.words
    const { status } = spawnSync(program, words, { stdio: ['ignore', 'inherit', 'inherit'] })
    if (status !== 0) throw new Fatal(70, `${step.words.join(' ')} failed; look with: journalctl -u ${SERVICE} -n 50`)
  }
}

const MEANING: Readonly<Record<string, string>> = {
  64: 'wrong usage',
  71: 'the port is taken',
  73: 'the data path cannot be made',
  74: 'the data path cannot be written',
  75: 'another agent holds the data path',
  78: 'wrong config, wrong secret, or a store that is not ours'
}

/** `flatrun-cluster service status`: 0 while it runs, 6 when not, 5 when there is none. */
export function serviceStatus(io: Io): number {
  versionOfSystemd()
  const names = [
    'LoadState',
    'ActiveState',
    'SubState',
    'UnitFileState',
    'StatusText',
    'MainPID',
    'NRestarts',
    'ExecMainStatus',
    'InvocationID'
  ]
  const words = ['show', SERVICE, `--property=${names.join(',')}`]
  const { status, stdout, stderr } = spawnSync('systemctl', words, { encoding: 'utf8' })
  if (status !== 0) throw new Fatal(69, `systemd does not say how the service is: ${stderr.trim()}`)
  const shown = new Map(
    stdout.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
  )
  if (shown.get('LoadState') !== 'loaded') {
    io.out('not installed; flatrun-cluster service install')
    return 5
  }
  const active = shown.get('ActiveState')
  const code = shown.get('ExecMainStatus') ?? '0'
  io.out(`state     ${active} (${shown.get('SubState')}), ${shown.get('UnitFileState')} at boot`)
  if (shown.get('StatusText')) io.out(`says      ${shown.get('StatusText')}`)
  if (active === 'active') io.out(`process   ${shown.get('MainPID')}, restarted ${shown.get('NRestarts')} times`)
  if (active !== 'active' && code !== '0') {
    io.out(`ended     with ${code}${MEANING[code] ? `: ${MEANING[code]}` : ''}`)
    for (const line of lastWords(shown.get('InvocationID') ?? '')) io.out(`why       ${line}`)
  }
  return active === 'active' ? 0 : 6
}

/** What the agent said when it ended; nothing where this user may not read the journal. */
function lastWords(invocation: string): string[] {
  if (invocation === '') return []
  const words = ['--no-pager', '--quiet', '--output=cat', '--priority=crit', `_SYSTEMD_INVOCATION_ID=${invocation}`]
  const { stdout } = spawnSync('journalctl', words, { encoding: 'utf8' })
  return (stdout ?? '').split('\n').filter(Boolean).slice(-5).map(harmless)
}
