import { createHash } from 'node:crypto'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import { buildConnector } from 'undici'
import { ADDRESS_REFUSED, PIN_MISMATCH } from '../failure.ts'
import { certificateOf } from './certificate-end.ts'
import type { Resolve } from './resolver.ts'

/** Whether a connection to this IP address may be opened. */
export type LookupGuard = (address: string) => boolean

export interface ConnectorOptions {
  guard: LookupGuard
  resolve: Resolve
  /** Base64url SHA-256 of acceptable public keys; empty: the certificate chain is verified instead. */
  pins: readonly string[]
  timeoutMs: number
}

/**
 * Of several addresses each gets this share of the time that a connection may take. Node's quarter of a second would
 * give up every address of a peer that is further away, the last one too.
 */
const ATTEMPT_SHARE = 0.45

/**
 * Opens connections to peers: only to addresses that may be dialled, asked at each connect and also for literal ones,
 * and over TLS only to the pinned key or a verified name. Given a connection that is open, it only speaks TLS over it.
 */
export function createConnector(options: ConnectorOptions): buildConnector.connector {
  const pinned = options.pins.length > 0
  const connect = buildConnector({
    timeout: options.timeoutMs,
    allowH2: false,
    // A resumed session would show a certificate of the past.
    maxCachedSessions: pinned ? 0 : 100,
    keepAliveInitialDelay: 15_000,
    rejectUnauthorized: !pinned,
    lookup: guardedLookup(options),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: Math.floor(options.timeoutMs * ATTEMPT_SHARE)
  })
  return (target, callback) => {
    if (!target.httpSocket && isIP(target.hostname) !== 0 && !options.guard(target.hostname)) {
      return callback(codedError(ADDRESS_REFUSED), null)
    }
    connect(target, (...[error, socket]) => {
      if (error) return callback(error, null)
      if (pinned && !hasPinnedKey(socket, options.pins)) {
        socket.destroy()
        return callback(codedError(PIN_MISMATCH), null)
      }
      callback(null, marked(socket))
    })
  }
}

/** Takes connections that the peer opened, instead of opening any; over them it is known as it would be else. */
export function createLinkConnector(
  secure: buildConnector.connector,
  take: (callback: (error: Error | null, socket: Socket | null) => void) => void
): buildConnector.connector {
  return (target, callback) =>
    take((error, socket) => {
      if (!socket) return callback(error ?? new Error('no link'), null)
      if (target.protocol === 'https:') secure({ ...target, httpSocket: socket }, callback)
      else callback(null, marked(socket))
    })
}

/** Errors of its own tell whether anything had come over it. */
function marked(socket: Socket): Socket {
  return socket.prependListener('error', (fault) => Object.assign(fault, { bytesRead: socket.bytesRead }))
}

/** What a certificate is pinned by: it survives renewal, as long as the key does (RFC 7469 §2.4). */
const pinOf = (publicKeyDer: Buffer) => createHash('sha256').update(publicKeyDer).digest('base64url')

function hasPinnedKey(socket: Socket, pins: readonly string[]): boolean {
  const certificate = certificateOf(socket)
  return (
    certificate !== undefined && pins.includes(pinOf(certificate.publicKey.export({ type: 'spki', format: 'der' })))
  )
}

function guardedLookup({ guard, resolve }: Pick<ConnectorOptions, 'guard' | 'resolve'>): LookupFunction {
  return (hostname, { all }, callback) => {
    resolve(hostname).then(
      (found) => {
        const allowed = found.filter(({ address }) => guard(address))
        const [first] = allowed
        if (!first) return callback(codedError(ADDRESS_REFUSED), [])
        if (all) callback(null, allowed)
        else callback(null, first.address, first.family)
      },
      (error) => callback(error, [])
    )
  }
}

const codedError = (code: string) => Object.assign(new Error(code), { code })
