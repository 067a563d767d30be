import type { FastifyInstance } from 'fastify'
import { systemClock } from '../../clock.ts'
import { createKeptEvents } from '../../cluster/events/persistent.ts'
import { createSelf } from '../../cluster/peers/self.ts'
import type { Store } from '../../store/store.ts'
import { asFlatRun, readVersion } from '../../version.ts'
import { createCertificateSwap } from '../certificate.ts'
import type { Closing } from '../closing.ts'
import type { DaemonOptions } from '../daemon.ts'
import { announce, hostsOf } from '../listen.ts'
import { logEvents } from '../log/log-events.ts'
import { loadTls } from '../tls.ts'
import { buildFronting } from './fronting.ts'

export interface GroundOptions extends DaemonOptions {
  store: Store
  onFault: (error: unknown) => void
  closing: Closing
}

/** What every part stands on: the log of events, the certificate, FlatRun's agent behind this one, and who this node is. */
export async function buildGround(options: GroundOptions, app: () => FastifyInstance) {
  const { config, log, clock = systemClock, store, onFault, closing } = options
  const readCertificate = () => loadTls(config.api.tls, { dataPath: config.dataPath, hosts: hostsOf(config) })
  const served = readCertificate()
  const kept = createKeptEvents({ store: store.events, onFault })
  closing.add(kept.close)
  const events = kept.log
  logEvents(events, log)
  const onTaken = ({ cert }: { cert: string }) => announce(config.dataPath, self.listensAt(), cert)
  const certificate = createCertificateSwap({ served, load: readCertificate, log, events, app, onTaken })
  const fronting = await buildFronting({ config, log, store, events, onFault, closing })
  const { enabled, serverName, advertiseUrl, otherUrls } = config.cluster
  const version = readVersion()
  const toldVersion = () => fronting?.version() ?? asFlatRun(version)
  const self = createSelf({ store, version, toldVersion, enabled, serverName, advertiseUrl, otherUrls })
  return { served, certificate, fronting, base: { config, log, store, self, events, clock, onFault, closing } }
}
