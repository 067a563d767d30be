import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { ForeignOrigin, UnknownHost } from '../../errors/requests.ts'
import { isOwnOrigin } from './origin.ts'

export interface OwnPageOptions {
  /** The names of this server. */
  hosts: () => readonly string[]
  /** Of other pages that may act here. */
  origins: readonly string[]
}

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Where no key is asked for, a browser that reaches this server acts for any page that is open in it. So the name that it
 * was called by must be ours, because any other may have been made to point here (DNS rebinding), and what acts must come
 * from a page of ours or from no page at all.
 */
export function createOwnPage({ hosts, origins }: OwnPageOptions) {
  const allowedHosts = origins.flatMap((origin) => URL.parse(origin)?.hostname ?? [])

  function isOwnHost(host: string): boolean {
    const name = URL.parse(`http://${host}`)?.hostname.toLowerCase() ?? ''
    // No name leads to a page at a bare address but that address itself.
    if (isIP(name.replace(/^\[|\]$/g, '')) !== 0 || name === 'localhost' || name.endsWith('.localhost')) return true
    return [...hosts(), ...allowedHosts].some((own) => own.toLowerCase() === name)
  }

  function isOwnAct({ headers, host }: FastifyRequest): boolean {
    const { origin, 'sec-fetch-site': site } = headers
    if (origin !== undefined && origins.includes(origin)) return true
    // What a browser says of itself, and no page can change; older ones say the origin alone.
    if (site !== undefined) return site === 'same-origin' || site === 'none'
    return origin === undefined || isOwnOrigin(origin, host)
  }

  function faultOf(request: FastifyRequest): Error | undefined {
    if (request.host !== '' && !isOwnHost(request.host)) return new UnknownHost()
    return READING.has(request.method) || isOwnAct(request) ? undefined : new ForeignOrigin()
  }

  return {
    isOwn: (request: FastifyRequest) => faultOf(request) === undefined,
    /** @throws UnknownHost, ForeignOrigin */
    assertOwn(request: FastifyRequest): void {
      const fault = faultOf(request)
      if (fault) throw fault
    }
  }
}

export type OwnPage = ReturnType<typeof createOwnPage>
