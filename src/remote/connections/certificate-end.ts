import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { buildConnector } from 'undici'

const read = new WeakMap<Socket, X509Certificate | undefined>()

/** What the other side showed. Node gives it once a socket: the second time it answers that there is none. */
export function certificateOf(socket: Socket): X509Certificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  if (!read.has(socket)) read.set(socket, socket.getPeerX509Certificate())
  return read.get(socket)
}

/** A connector that tells, of each new connection, when the certificate ends that the other side showed: wall milliseconds. */
export function tellingCertificateEnd(
  connect: buildConnector.connector,
  told: (endsAt: number) => void
): buildConnector.connector {
  return (target, callback) =>
    connect(target, (...[error, socket]) => {
      if (error) return callback(error, null)
      // A resumed session may have none at hand.
      const certificate = certificateOf(socket)
      if (certificate) told(Date.parse(certificate.validTo))
      callback(null, socket)
    })
}
