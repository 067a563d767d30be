import os from 'node:os'
import { type Row, text } from '../text/shape.ts'
import { harmless } from '../text/words.ts'

/** Interfaces that containers and virtual machines of this host are behind: no other server comes that way. */
const INSIDE = /^(docker|br-|veth|virbr|cni|podman|lxc|lxd|tap|tun\d*_)/

/** The addresses of this machine that other servers may reach it at, the likeliest first. */
export function ownAddresses(interfaces = os.networkInterfaces()): string[] {
  const found = Object.entries(interfaces)
    .filter(([name]) => !INSIDE.test(name))
    .flatMap(([, addresses = []]) => addresses)
    .filter(({ internal, address }) => !internal && !/^(169\.254\.|fe80:)/i.test(address))
  return found
    .toSorted((a, b) => a.family.localeCompare(b.family))
    .map(({ family, address }) => (family === 'IPv6' ? `[${address}]` : address))
}

/** Whether only this machine reaches that address. */
export const isLoopback = (url: string) =>
  /^(localhost|127\..*|\[::1\])$/.test(URL.parse(url)?.hostname ?? '') ||
  /\.localhost$/.test(URL.parse(url)?.hostname ?? '')

/** How to be reached by other servers, as one line to paste. */
export function howToBeReached(url: string, addresses = ownAddresses()): string {
  const { protocol = 'http:', port = '8090' } = URL.parse(url) ?? {}
  const [address = 'ADDRESS'] = addresses
  return `sudo flatrun-cluster config set api.host=0.0.0.0 cluster.advertise_url=${protocol}//${address}:${port || '8090'} && sudo flatrun-cluster reload`
}

/** How other servers come to this one; `works`: as far as is known they do. */
export interface OwnReach {
  readonly works: boolean
  readonly words: string
}

/** What is said of the address that this server gives itself, seeing which of its peers it opens connections to. */
export function ownReach(url: string, peers: readonly Row[]): OwnReach {
  const linked = peers.filter(({ reach_back: way }) => way === 'reverse').map(({ name }) => text(name))
  // A loopback address is one for agents of the same machine alone.
  const isKnown = url !== '' && (!isLoopback(url) || peers.some(isNeighbour))
  const links = `${harmless(linked.join(', '))} ${linked.length === 1 ? 'asks' : 'ask'} it over connections that it opens`
  if (isKnown && linked.length < peers.length)
    return { works: true, words: `others reach it at ${url}${linked.length > 0 ? `; ${links}` : ''}` }
  if (linked.length > 0) {
    const where = isKnown ? `, and not at ${url}` : '; it has no address of its own'
    return { works: true, words: `it dials out: ${links}${where}` }
  }
  if (isKnown) return { works: true, words: `others reach it at ${url}` }
  if (url === '') return { works: false, words: 'others do not reach it: it has no address' }
  return { works: false, words: `only this machine reaches it, at ${url}` }
}

const isNeighbour = ({ url, reach_back: way }: Row) => way !== 'reverse' && isLoopback(text(url))
