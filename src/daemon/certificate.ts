import { statSync } from 'node:fs'
import tls from 'node:tls'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Tls } from '../config/config.ts'
import type { EventLog } from '../schemas/event.ts'
import type { ServedTls } from './tls.ts'

const LOOK_EVERY_MS = 5_000
const KEY = 'api.tls.cert'

interface CertificateOptions {
  /** What is served now. */
  served: ServedTls | undefined
  /** Reads the files again. @throws Fatal when they cannot be used. */
  load: () => ServedTls | undefined
  app: () => FastifyInstance
  onTaken: (served: ServedTls) => void
  log: Pick<FastifyBaseLogger, 'info' | 'error'>
  events: EventLog
}

/** The certificate that is served, and the next one as soon as it lies in its place. Open connections stay. */
export function createCertificateSwap({ served, load, app, onTaken, log, events }: CertificateOptions) {
  let current = served

  /** Whether there was another one to take. @throws Fatal when it cannot be used; the old one goes on serving. */
  function take(): boolean {
    const next = load()
    if (!next || (next.cert === current?.cert && next.key === current.key)) return false
    const { server } = app()
    if (server instanceof tls.Server) server.setSecureContext({ cert: next.cert, key: next.key })
    current = next
    onTaken(next)
    return true
  }

  return {
    current: () => current,
    take,
    /** The files changed, and nobody said so. */
    noticed(): void {
      try {
        if (!take()) return
        log.info({ changed: [KEY] }, 'the certificate was renewed and is served')
        events.publish({ type: 'config.reloaded', reason: KEY })
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        log.error({ reason }, REFUSED)
        events.publish({ type: 'config.reloaded', reason: `${REFUSED}: ${reason}`, facts: { refused: true } })
      }
    }
  }
}

const REFUSED = 'the new certificate cannot be used; the old one goes on serving'

/**
 * Looks at the files of a certificate every few seconds. By looking, because each way to renew one (written in place,
 * renamed, or a link that points elsewhere now) shows there, and only there always.
 */
export function watchCertificate(files: Tls, changed: () => void, everyMs = LOOK_EVERY_MS): () => void {
  if (files.mode !== 'files') return () => {}
  const look = () => [stateOf(files.cert), stateOf(files.key)].join()
  let seen = look()
  const timer = setInterval(() => {
    const now = look()
    if (now === seen) return
    seen = now
    changed()
  }, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

function stateOf(file: string): string {
  const state = statSync(file, { throwIfNoEntry: false })
  return state ? `${state.dev}:${state.ino}:${state.mtimeMs}:${state.ctimeMs}:${state.size}` : 'none'
}
