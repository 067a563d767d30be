import path from 'node:path'
import { Fatal } from '../errors/fatal.ts'
import { CREDENTIALS, SERVICE, socketFile, unitFile } from './unit.ts'

const UNIT_FILE = `/etc/systemd/system/${SERVICE}.service`
/** Where the Debian package has its own. */
const PACKAGED = [`/usr/lib/systemd/system/${SERVICE}.service`, `/lib/systemd/system/${SERVICE}.service`]
const SOCKET_FILE = `/etc/systemd/system/${SERVICE}.socket`

/** One change to the system: what a person reads before agreeing, and what is done. */
export type Step =
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }
  | { readonly kind: 'file'; readonly path: string; readonly text: string; readonly mode: number }
  | { readonly kind: 'remove'; readonly path: string }
  /** Lets a group, or everybody, read a file that only root could. */
  | { readonly kind: 'open'; readonly path: string; readonly group?: string | undefined }
  | { readonly kind: 'run'; readonly words: readonly string[] }

export interface InstallOptions {
  readonly program: readonly string[]
  readonly config: string
  readonly docker: boolean
  readonly user?: string | undefined
  readonly deployments?: string | undefined
  /** `127.0.0.1:8090`: systemd opens the port. */
  readonly socket?: string | undefined
  /** Of systemd. */
  readonly version: number
  /** The config is for root alone, as `init` leaves it. */
  readonly closed?: boolean
}

/** What the system has now: the text of a file, undefined where there is none. */
export type Present = (file: string) => string | undefined

/**
 * The steps to an installed and running service; those already done are left out. Beside a package there is a unit already,
 * and one above it would hide what later packages bring: then only the socket is added.
 * @throws Fatal 64
 */
export function planInstall(options: InstallOptions, present: Present): Step[] {
  const { config, socket, version } = options
  const unit = unitFile({ ...options, opensFiles: version >= 253, backsOff: version >= 254 })
  const steps: Step[] = []
  const packaged = unitOfPackage(present)
  if (packaged && !socket)
    throw new Fatal(64, `the package has its own unit, ${packaged}; change it with: systemctl edit ${SERVICE}`)
  if (present(CREDENTIALS) === undefined) steps.push({ kind: 'folder', path: CREDENTIALS, mode: 0o700 })
  if (present(config) === undefined) steps.push({ kind: 'file', path: config, text: STARTING_CONFIG, mode: 0o644 })
  if (options.closed && !packaged) steps.push({ kind: 'open', path: config, group: options.user })
  const wanted = [
    ...(packaged ? [] : [{ path: UNIT_FILE, text: unit }]),
    ...(socket ? [{ path: SOCKET_FILE, text: socketFile(socket) }] : [])
  ]
  for (const { path: file, text } of wanted)
    if (present(file) !== text) steps.push({ kind: 'file', path: file, text, mode: 0o644 })
  steps.push({ kind: 'run', words: ['systemctl', 'daemon-reload'] })
  const units = [...(socket ? [path.basename(SOCKET_FILE)] : []), path.basename(UNIT_FILE)]
  steps.push({ kind: 'run', words: ['systemctl', 'enable', ...units] })
  // systemd opens no port for a service that runs already.
  if (socket) steps.push({ kind: 'run', words: ['systemctl', 'stop', path.basename(UNIT_FILE)] })
  steps.push({ kind: 'run', words: ['systemctl', 'restart', ...units] })
  return steps
}

/** The file of the package's unit, where one is installed. */
export const unitOfPackage = (present: Present) => PACKAGED.find((file) => present(file) !== undefined)

/** The steps back. The config, the credentials and the data stay: they are the operator's. */
export function planUninstall(present: Present): Step[] {
  const files = [SOCKET_FILE, UNIT_FILE].filter((file) => present(file) !== undefined)
  if (files.length === 0) return []
  return [
    { kind: 'run', words: ['systemctl', 'disable', '--now', ...files.map((file) => path.basename(file))] },
    ...files.map((file) => ({ kind: 'remove', path: file }) as const),
    { kind: 'run', words: ['systemctl', 'daemon-reload'] }
  ]
}

/** A step in words. */
export function describeStep(step: Step): string {
  if (step.kind === 'folder') return `make the folder ${step.path} (mode ${step.mode.toString(8)})`
  if (step.kind === 'file') return `write ${step.path}`
  if (step.kind === 'open') return `let ${step.group ? `the group ${step.group}` : 'every user'} read ${step.path}`
  if (step.kind === 'remove') return `remove ${step.path}`
  return `run ${step.words.join(' ')}`
}

/**
 * Why systemd could not start this program; undefined when it could. The unit hides home folders, and that is where
 * version managers put Node.
 */
export function unreachable(program: readonly string[]): string | undefined {
  const hidden = program.find((file) => /^\/(home|root|run\/user)\//.test(file))
  if (!hidden) return undefined
  return `the service cannot see ${hidden}, because it sees no home folder; install Node and flatrun-cluster for all users, or use the .deb`
}

const STARTING_CONFIG = `# The agent of flatrun-cluster. Every key: flatrun-cluster config schema
# After a change: flatrun-cluster reload
cluster:
  enabled: true
  # The address at which other servers reach this one, and the address to listen on:
  # advertise_url: http://192.0.2.10:8090
# api:
#   host: 0.0.0.0
`
