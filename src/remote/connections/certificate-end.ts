import { TLSSocket } from 'node:tls'
import type { buildConnector } from 'undici'

/** A connector that tells, of each new connection, when the certificate ends that the other side showed: wall milliseconds. */
export function tellingCertificateEnd(
  connect: buildConnector.connector,
  told: (endsAt: number) => void
): buildConnector.connector {
  return (target, callback) =>
    connect(target, (...[error, socket]) => {
      if (error) return callback(error, null)
      // A resumed session may have none at hand.
      const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
      if (certificate) told(Date.parse(certificate.validTo))
      callback(null, socket)
    })
}
