import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net'
import { type Config, loadConfig } from '../config/config.ts'
import { measureProcess } from '../metrics/process.ts'
import { UP } from '../schemas/health.ts'
import { trustSystemAuthorities } from '../security/certificates/authorities.ts'
import { goesToJournal, inheritedFrom, SYSTEMD_VARIABLES } from '../systemd/inherited.ts'
import { createNotifier, type Notifier } from '../systemd/notifier.ts'
import { startWatchdog } from '../systemd/watchdog.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { type Lifecycle, startLifecycle } from './lifecycle.ts'
import { createLog } from './log/log.ts'
import { createLogOutput } from './log/log-output.ts'
import { keptSecret } from './secrets.ts'

/** Runs the daemon until it is told to stop; gives the exit code of PROTOCOL §0. */
export async function runAgent(file: string | undefined): Promise<number> {
  // Nobody who reads, and no room, is no reason to stop.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  trustSystemAuthorities()
  // Alerts go to addresses that may be further away than Node's quarter of a second.
  setDefaultAutoSelectFamilyAttemptTimeout(2_000)
  const env = { ...process.env }
  for (const name of SYSTEMD_VARIABLES) delete process.env[name]
  const load = () => loadConfig({ file, env })
  const config = load()
  const { log, become } = await logFor(config, env)
  for (const note of config.source.notes) log.warn(note)

  const notifier = createNotifier({ env, pid: process.pid })
  const told = listenToSignals()
  const { listener } = inheritedFrom(env, process.pid)
  const processFigures = measureProcess()
  let greeted = false
  const lifecycle = await startLifecycle({
    config,
    load,
    log,
    setLogging: (next) => become(wanted(next)),
    // The socket that systemd opened closes with the daemon; a new process gets it anew, and no caller is refused.
    restart: listener === undefined ? undefined : () => told.ask('reload'),
    start: (next) => startDaemon({ config: next, log, listener, processFigures }),
    onStart: (daemon, started) => {
      if (!greeted) greet(daemon, started)
      greeted = true
      daemon.cluster.onChange(() => notifier.status(statusOf(daemon)))
    }
  })
  notifier.ready(statusOf(lifecycle.daemon()))
  const watchdog = startWatchdog({ notifier, alive: () => answers(lifecycle.daemon()) })

  const reason = await stopAsked(told, lifecycle, notifier)
  log.info({ reason }, 'stopping')
  notifier.stopping('stopping')
  watchdog.stop()
  await lifecycle.close()
  await notifier.settled()
  return 0
}

const logFor = (config: Config, env: NodeJS.ProcessEnv) =>
  createLog({
    ...wanted(config),
    journal: goesToJournal(env, 1),
    stream: createLogOutput(1),
    colors: process.stdout.isTTY
  })

function wanted({ logging, source }: Config) {
  const chosen = source.entries.some(({ key, origin }) => key === 'logging.format' && origin !== 'default')
  // A person at a terminal reads lines, unless the config says otherwise.
  return { level: logging.level, format: process.stdout.isTTY && !chosen ? ('pretty' as const) : logging.format }
}

function statusOf(daemon: Daemon): string {
  const peers = daemon.cluster.peers()
  const up = peers.filter(({ verdict }) => UP.has(verdict)).length
  return `${up} of ${peers.length} peers online`
}

const answers = ({ cluster }: Daemon) => cluster.roots().every((actor) => actor.getSnapshot().status === 'active')

interface Told {
  readonly stop: Promise<string>
  /** Stops as a signal does. */
  ask(reason: string): void
  /** What SIGHUP does from now on; until then it does nothing. */
  onReload(reload: () => void): void
}

/**
 * Listens from before the start on, because a signal that nobody listens to ends the process in its own way. The first
 * request to stop is kept, a second one ends the process at once.
 */
function listenToSignals(): Told {
  let reload = () => {}
  process.on('SIGHUP', () => reload())
  // Node would open its debugger, in which anybody on this machine may do anything.
  process.on('SIGUSR1', () => {})
  const { promise: stop, resolve: ask } = Promise.withResolvers<string>()
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(130))
      ask(signal)
    })
  }
  return {
    stop,
    ask,
    onReload: (next) => {
      reload = next
    }
  }
}

/** Resolves at the first request to stop; rejects when a reload left no daemon to go on with. */
function stopAsked({ stop, onReload }: Told, lifecycle: Lifecycle, notifier: Notifier): Promise<string> {
  return new Promise((resolve, reject) => {
    stop.then(resolve)
    onReload(() => {
      notifier.reloading()
      lifecycle.reload().then(() => notifier.ready(statusOf(lifecycle.daemon())), reject)
    })
  })
}

/** Where the dashboard is and where the key lies. The key itself only for a person at a terminal. */
function greet({ url, adminKeyFile, ticket }: Daemon, config: Config): void {
  const lines = [`flatrun-cluster is ready on ${url}`, `dashboard  ${url}/`]
  if (adminKeyFile) {
    lines.push(`admin key  ${adminKeyFile}`)
    if (process.stdout.isTTY) {
      lines.push(`           ${keptSecret(config.dataPath, 'admin.key').value}`)
      if (ticket) lines.push(`sign in    ${url}/#ticket=${ticket}  (once, for ten minutes)`)
    }
  }
  process.stderr.write(`${lines.join('\n')}\n`)
}
