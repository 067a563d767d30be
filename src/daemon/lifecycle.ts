import type { FastifyBaseLogger } from 'fastify'
import { changesBetween } from '../config/changes.ts'
import type { Config } from '../config/config.ts'
import type { Daemon } from './daemon.ts'

const REFUSED = 'the config was read again and refused; the old one counts'

export interface LifecycleOptions {
  readonly config: Config
  /** Reads the config again. @throws ConfigFaults */
  readonly load: () => Config
  readonly start: (config: Config) => Promise<Daemon>
  readonly log: Pick<FastifyBaseLogger, 'info' | 'error'>
  readonly setLogging: (config: Config) => Promise<void>
  /** Given where the daemon cannot be built anew in this process: asks for the process to be started again. */
  readonly restart?: (() => void) | undefined
  /** Each daemon that takes over, the first one too. */
  readonly onStart: (daemon: Daemon, config: Config) => void
}

export interface Lifecycle {
  daemon(): Daemon
  /** Resolves when it is decided; true: the new config counts. Never rejects while the old one could be kept. */
  reload(): Promise<boolean>
  close(): Promise<void>
}

/**
 * One daemon after the other under one process. A reload takes the whole new config or none of it: what cannot be changed
 * in place is reached by building the daemon anew, and by going back to the old config when that fails.
 */
export async function startLifecycle(options: LifecycleOptions): Promise<Lifecycle> {
  const { load, start, log, setLogging, restart, onStart } = options
  let { config } = options
  let daemon = await start(config)
  onStart(daemon, config)
  let last: Promise<unknown> = Promise.resolve()
  let closed = false

  async function reload(): Promise<boolean> {
    if (closed) return false
    try {
      const next = load()
      const { live, rebuild } = changesBetween(config, next)
      daemon.assertStartable(next)
      if (rebuild.length > 0 && restart) {
        log.info({ changed: rebuild }, 'the config was read again; the agent is started again for it')
        restart()
        return true
      }
      const renewed = rebuild.length === 0 && daemon.takeCertificate()
      if (rebuild.length > 0) await replace(next)
      else if (live.includes('auth.api_keys')) daemon.replaceOperatorKeys(next.auth.apiKeys)
      config = next
      await setLogging(config)
      const changed = [...live, ...rebuild, ...(renewed ? ['api.tls.cert'] : [])]
      log.info({ changed }, 'the config was read again and counts')
      daemon.events.publish({ type: 'config.reloaded', reason: changed.join(', ') || 'nothing has changed' })
      return true
    } catch (error) {
      if (closed) throw error
      const reason = reasonOf(error)
      log.error({ reason }, REFUSED)
      daemon.events.publish({
        type: 'config.reloaded',
        reason: `${REFUSED}: ${reason}`.slice(0, 1_000),
        facts: { refused: true }
      })
      return false
    }
  }

  /** The port and the data path are free for the new one only after the old one has closed. */
  async function replace(next: Config): Promise<void> {
    await daemon.close()
    try {
      daemon = await start(next)
    } catch (error) {
      try {
        daemon = await start(config)
      } catch (fatal) {
        closed = true
        throw fatal
      }
      onStart(daemon, config)
      throw error
    }
    onStart(daemon, next)
  }

  /** One at a time: a second signal during a reload may bring another config. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work)
    last = turn.catch(() => {})
    return turn
  }

  return {
    daemon: () => daemon,
    reload: () => inTurn(reload),
    close: () =>
      inTurn(async () => {
        if (closed) return
        closed = true
        await daemon.close()
      })
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
