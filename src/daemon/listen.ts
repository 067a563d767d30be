import { existsSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Self } from '../cluster/peers/self.ts'
import type { Config } from '../config/config.ts'
import { Fatal } from '../errors/fatal.ts'
import { writeWhole } from '../store/disk/whole-file.ts'
import { codeOf } from '../untyped.ts'

/** Opens the port, or takes over one that listens already; gives the URL. @throws Fatal 71 */
export async function listen(app: FastifyInstance, { api }: Config, listener: number | undefined): Promise<string> {
  const { host, port } = api
  // Fastify hands this on to Node's server, which knows `fd`; its own types do not.
  const place = listener === undefined ? { host, port } : { host, fd: listener }
  try {
    await app.listen(place)
  } catch (cause) {
    throw new Fatal(71, sentenceOf(cause, api) ?? `cannot listen on ${host}:${port}`, { cause })
  }
  return urlOf(app.server.address(), api.tls.mode === 'off' ? 'http' : 'https')
}

function sentenceOf(cause: unknown, { host, port }: Config['api']): string | undefined {
  const code = codeOf(cause)
  if (code === 'EADDRINUSE') return `port ${port} on ${host} is taken; stop what listens there, or set api.port`
  if (code === 'EACCES') return `port ${port} may not be opened by this user; use one above 1023`
  if (code === 'EADDRNOTAVAIL') return `${host} is no address of this machine; set api.host`
  return undefined
}

function urlOf(address: AddressInfo | string | null, scheme: string): string {
  if (address === null || typeof address === 'string') return `${scheme}://localhost`
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `${scheme}://${host}:${address.port}`
}

/**
 * Leaves the address in the data path, where commands on this machine look for it, and with https the certificate that
 * they are to expect there: what it was made out for is the name that others use, and not 127.0.0.1.
 */
export function announce(dataPath: string, url: string, certificate: string | undefined): void {
  const near = url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
  const file = path.join(dataPath, 'url.crt')
  if (certificate === undefined) rmSync(file, { force: true })
  else writeWhole(file, certificate)
  writeWhole(path.join(dataPath, 'url'), `${near}\n`)
}

/** Beside the bundled program, or where a checkout builds it; empty when it was not built. */
export function builtDashboard(): string {
  const places = ['dashboard', '../dashboard', '../../dist/dashboard'].map((place) =>
    path.join(import.meta.dirname, place)
  )
  return places.find((place) => existsSync(path.join(place, '.built'))) ?? ''
}

/** What a certificate of our own is for. */
export function hostsOf({ api, cluster }: Config): string[] {
  const advertised = [cluster.advertiseUrl, ...cluster.otherUrls].map(
    (url) => URL.parse(url)?.hostname.replace(/^\[|\]$/g, '') ?? ''
  )
  return [cluster.serverName, 'localhost', '127.0.0.1', '::1', api.host, ...advertised].filter((host) => host !== '')
}

/** The names by which this server is called, as far as it knows. */
export function ownHosts(config: Config, self: Pick<Self, 'name' | 'advertiseUrl'>): string[] {
  const advertised = URL.parse(self.advertiseUrl())?.hostname ?? ''
  return [...hostsOf(config), hostname(), self.name(), advertised].filter((host) => host !== '')
}
