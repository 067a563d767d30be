import { X509Certificate } from 'node:crypto'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { type RequestOptions, request } from 'node:https'
import { trustSystemAuthorities } from '../../security/certificates/authorities.ts'
import { connectPinned } from './pin.ts'
import type { Place } from './place.ts'

/** Requests by https to that place. Apart from the client, because what it loads takes longer than most commands. */
export function secureRequests(place: Place, insecure: boolean) {
  const trust = insecure ? { rejectUnauthorized: false } : trustOf(place)
  return (url: URL, options: RequestOptions, answered: (answer: IncomingMessage) => void): ClientRequest =>
    request(url, { ...options, ...trust }, answered)
}

/** What is known of the agent stands above what authorities say; nothing is known of most. */
function trustOf({ certificate, pin }: Place): RequestOptions {
  if (certificate !== undefined) return exactly(certificate)
  if (pin !== undefined) return { createConnection: connectPinned(pin) }
  // Reading them takes longer than most commands, so only where they are asked for.
  trustSystemAuthorities()
  return {}
}

/** Trusts this certificate and no other, whoever signed it and whatever names it holds. */
function exactly(pem: string): RequestOptions {
  const known = new X509Certificate(pem).fingerprint256
  return {
    ca: pem,
    allowPartialTrustChain: true,
    checkServerIdentity: (_host, { fingerprint256 }) =>
      fingerprint256 === known ? undefined : Object.assign(new Error('another certificate'), { code: 'CERT_CHANGED' })
  }
}
