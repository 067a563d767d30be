import { parseArgs } from 'node:util'
import { type Config, ConfigFaults, loadConfig } from './config.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { Fatal } from './errors.ts'
import { createLog } from './ops/log.ts'
import { createNotifier } from './ops/systemd.ts'
import { startWatchdog } from './ops/watchdog.ts'
import { keptSecret } from './secrets.ts'

/** Runs the daemon until it is told to stop; gives the exit code of PROTOCOL §0. */
export async function runAgent(words: readonly string[]): Promise<number> {
  try {
    const { config: file } = readWords(words)
    const config = loadConfig({ file, env: process.env })
    return await run(config)
  } catch (error) {
    const { code, sentence } = endOf(error)
    process.stderr.write(`flatrun-cluster: ${sentence}\n`)
    return code
  }
}

async function run(config: Config): Promise<number> {
  const notifier = createNotifier({ env: process.env, pid: process.pid })
  const log = createLog({
    ...config.logging,
    journal: process.env.JOURNAL_STREAM !== undefined,
    stream: process.stdout,
    colors: process.stdout.isTTY
  })
  for (const note of config.source.notes) log.info(note)
  const daemon = await startDaemon({ config, log })
  const status = () => {
    const peers = daemon.cluster.peers()
    const up = peers.filter(({ verdict }) => verdict === 'online' || verdict === 'suspect').length
    return `${up} of ${peers.length} peers online`
  }
  greet(daemon, config)
  notifier.ready(status())
  daemon.cluster.onChange(() => notifier.status(status()))
  const watchdog = startWatchdog({
    notifier,
    alive: () => daemon.cluster.roots().every((actor) => actor.getSnapshot().status === 'active')
  })

  const reason = await stopAsked()
  log.info({ reason }, 'stopping')
  notifier.stopping('stopping')
  watchdog.stop()
  await daemon.close()
  await notifier.settled()
  return 0
}

/** A second request to stop ends the process at once. */
function stopAsked(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(130))
        resolve(signal)
      })
    }
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

function readWords(words: readonly string[]): { config: string | undefined } {
  try {
    const { values } = parseArgs({ args: [...words], options: { config: { type: 'string', short: 'c' } } })
    return { config: values.config }
  } catch (cause) {
    throw new Fatal(
      64,
      `${cause instanceof Error ? cause.message : cause}. Usage: flatrun-cluster agent [--config FILE]`,
      { cause }
    )
  }
}

function endOf(error: unknown): { code: number; sentence: string } {
  if (error instanceof Fatal) return { code: error.exitCode, sentence: error.message }
  if (error instanceof ConfigFaults) return { code: 78, sentence: error.message }
  return { code: 70, sentence: `internal fault: ${error instanceof Error ? error.stack : error}` }
}
