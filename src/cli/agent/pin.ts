import type { ClientRequestArgs } from 'node:http'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect, type TLSSocket } from 'node:tls'
import { isSelfSigned, pinOf } from '../../security/certificates/certificate.ts'

/** What an address serves https with. */
export interface Served {
  /** An authority of this system vouches for it, and for that name. */
  readonly trusted: boolean
  readonly selfSigned: boolean
  /** Of its public key, as invites name it. */
  readonly pin: string
}

/** @throws the error of the connection */
export function lookAtCertificate(url: string, timeoutMs: number): Promise<Served> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = opened(hostname, Number(port || 443), (cert) => {
      resolve({ trusted: socket.authorized, selfSigned: isSelfSigned(cert), pin: pinOf(cert) })
      socket.destroy()
    })
    socket.once('error', reject)
    socket.setTimeout(timeoutMs, () =>
      socket.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }))
    )
  })
}

type Connected = (error: Error | null, stream: Duplex) => void

/** Hands a connection on only when the other side has this key: before that, nothing of a request is sent. */
export const connectPinned = (pin: string) => (args: ClientRequestArgs, done: Connected) => {
  const socket = opened(args.hostname ?? args.host ?? '', Number(args.port ?? 443), (cert) => {
    socket.off('error', failed)
    if (pinOf(cert) === pin) return done(null, socket)
    socket.destroy()
    failed(Object.assign(new Error('another key'), { code: 'PIN_CHANGED' }))
  })
  const failed = (error: Error) => done(error, socket)
  socket.once('error', failed)
  return undefined
}

/** Who vouches for it is not asked here. */
function opened(hostname: string, port: number, then: (cert: string) => void): TLSSocket {
  const host = hostname.replace(/^\[|\]$/g, '')
  const servername = isIP(host) === 0 ? host : ''
  const socket = connect({ host, port, servername, rejectUnauthorized: false }, () => {
    const certificate = socket.getPeerX509Certificate()
    if (certificate) then(certificate.toString())
    else socket.destroy(new Error('no certificate'))
  })
  return socket
}
