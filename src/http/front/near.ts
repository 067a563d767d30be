import { BlockList, isIP } from 'node:net'
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'

/** Networks of containers: a caller with such an address runs on this machine. */
const OF_CONTAINERS = /^(?:docker\d|br-[0-9a-f]{12}$|podman\d|cni|lxc)/

/** Whether a connection comes from this machine: from itself, or from one of its containers. */
export function isFromHere(address: string | undefined, interfaces = networkInterfaces()): boolean {
  const plain = (address ?? '').replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
  const family = isIP(plain)
  if (family === 0) return false
  const here = new BlockList()
  here.addSubnet('127.0.0.0', 8)
  here.addAddress('::1', 'ipv6')
  for (const [name, infos = []] of Object.entries(interfaces)) {
    for (const info of infos) add(here, info, OF_CONTAINERS.test(name))
  }
  return here.check(plain, family === 6 ? 'ipv6' : 'ipv4')
}

function add(here: BlockList, { address, cidr, family }: NetworkInterfaceInfo, whole: boolean): void {
  const kind = family === 'IPv6' ? 'ipv6' : 'ipv4'
  const prefix = Number(cidr?.split('/')[1])
  if (whole && prefix > 0) here.addSubnet(address, prefix, kind)
  else here.addAddress(address, kind)
}
