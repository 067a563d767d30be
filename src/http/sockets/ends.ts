import type { Socket } from 'node:net'

/** The two ends of an open connection; undefined for one that has ended. TLS and what is below it have the same. */
export function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string | undefined {
  if (remoteAddress === undefined || localAddress === undefined) return undefined
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`
}
