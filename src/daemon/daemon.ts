import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { Clock } from '../../machines/clock.ts'
import type { Cluster } from '../cluster/liveness/liveness.ts'
import { specOf } from '../cluster/peers/peer-view.ts'
import type { Config } from '../config/config.ts'
import type { Limits } from '../http/app.ts'
import { createMetrics } from '../metrics/metrics.ts'
import type { EventLog } from '../schemas/event.ts'
import { prepareDataPath } from '../store/disk/database.ts'
import { assertOwnFolder } from '../store/disk/ownership.ts'
import { openStore } from '../store/store.ts'
import { readVersion } from '../version.ts'
import { watchCertificate } from './certificate.ts'
import { createClosing } from './closing.ts'
import { secretsOf } from './keys.ts'
import { announce, listen } from './listen.ts'
import { createFaultLog, isOutside } from './log/fault-log.ts'
import { buildParts, type PartsOptions } from './parts/parts.ts'

export interface DaemonOptions {
  config: Config
  log: FastifyBaseLogger
  /** Time for the machines. */
  clock?: Clock | undefined
  /** A descriptor that listens already; else the port of the config is opened. */
  listener?: number | undefined
  /** What /metrics tells of the process, beside the daemon's own figures. */
  processFigures?: Registry | undefined
  /** Of connections; the usual ones without. */
  limits?: Limits | undefined
  /** How long a question to the engine may take, milliseconds; three seconds without. */
  engineTimeoutMs?: number | undefined
}

export interface Daemon {
  /** Where it listens. */
  url: string
  /** Where the generated admin key lies; undefined when the config has keys. */
  adminKeyFile: string | undefined
  /** Signs in once, for ten minutes; undefined when authentication is off. */
  ticket: string | undefined
  app: FastifyInstance
  cluster: Cluster
  /** Connections that peers opened to be asked over them. */
  links(): { parked: number; open: number }
  events: EventLog
  /** Takes effect at the next request. Not for a daemon that made its own key: that one is started anew. */
  replaceOperatorKeys(keys: Config['auth']['apiKeys']): void
  /** Serves the certificate that lies in its place now; false when it is the same. @throws Fatal, and the old one goes on. */
  takeCertificate(): boolean
  /** Whether a daemon with this config would start on what this one knows. @throws Fatal */
  assertStartable(next: Config): void
  close(): Promise<void>
}

const MINUTE_MS = 60_000

/** Builds every part in order, and closes them in reverse. Two daemons fit in one process. @throws Fatal */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { config, log } = options
  const closing = createClosing()
  const metrics = createMetrics({ version: readVersion(), process: options.processFigures })
  const tell = createFaultLog(log)
  const failed = (where: 'store' | 'internal') => (error: unknown) => {
    if (!isOutside(error)) metrics.failed(where)
    tell(error)
  }
  const onFault = failed('internal')
  try {
    prepareDataPath(config.dataPath)
    assertOwnFolder(config.dataPath)
    const secrets = secretsOf(config)
    const store = await openStore({ folder: config.dataPath, secrets, onFault: failed('store') })
    closing.add(store.close)
    return await goLive({ ...options, metrics, store, secrets, onFault, closing })
  } catch (error) {
    await closing.run(onFault)
    throw error
  }
}

/** Opens the port, and goes on with what the store knows. */
async function goLive(options: PartsOptions): Promise<Daemon> {
  const { config, listener, store, onFault, closing } = options
  const parts = await buildParts(options)
  const { app, self, cluster, events, callers, certificate, openAnswers, adminKeyFile } = parts
  const keepHouse = () => void parts.tidy().catch(onFault)
  const housekeeping = setInterval(keepHouse, MINUTE_MS).unref()
  closing.add(() => clearInterval(housekeeping))

  const url = await listen(app, config, listener)
  self.listening(url)
  announce(config.dataPath, url, parts.served?.cert)
  closing.add(watchCertificate(config.api.tls, certificate.noticed))
  cluster.start(store.members.all().map(specOf))
  parts.joins.resume()
  parts.introducing.start()
  parts.reaching.start()
  keepHouse()
  events.publish({ type: 'node.started', facts: { version: self.version.version } })
  if (store.restored) events.publish({ type: 'node.restored', reason: RESTORED })
  return {
    url,
    adminKeyFile,
    ticket: config.auth.enabled && adminKeyFile ? callers.createTicket('admin') : undefined,
    app,
    cluster,
    links: parts.reaching.links,
    events,
    replaceOperatorKeys(keys) {
      callers.replaceOperatorKeys(keys)
      openAnswers.review()
    },
    assertStartable: parts.assertStartable,
    takeCertificate: certificate.take,
    close: () => closing.run(onFault)
  }
}

const RESTORED =
  'The store is older than the last days of this node: a backup was restored. Peers that were removed since are listed again and stay locked out; peers that joined since are missing'
