import os from 'node:os'

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
