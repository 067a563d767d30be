import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { bareHost } from '../../security/addresses.ts'

interface OwnAddressOptions {
  /** The address of the listener; empty before it listens. */
  listenUrl: string
  /** What others are told. */
  advertised: readonly string[]
  addressesOf?: (host: string) => Promise<readonly string[]>
  ownAddresses?: () => readonly string[]
}

const LOOKUP_MS = 2_000

/** Whether a URL leads back to this node, however it is spelled: another name, another family, another address. */
export async function isOwnUrl(url: string, options: OwnAddressOptions): Promise<boolean> {
  const { listenUrl, advertised, addressesOf = resolve, ownAddresses = interfaces } = options
  if (advertised.some((own) => placeOf(own) === placeOf(url))) return true
  const [asked, listening] = [URL.parse(url), URL.parse(listenUrl)]
  if (!asked || !listening || portOf(asked) !== portOf(listening)) return false
  const host = bareHost(listening)
  const own = blockOf(host === '0.0.0.0' || host === '::' ? [...ownAddresses(), '::1'] : [host])
  if (host === '0.0.0.0' || host === '::') own.addSubnet('127.0.0.0', 8)
  const name = bareHost(asked).replace(/\.$/, '')
  const addresses = isIP(name) === 0 ? await addressesOf(name) : [name]
  return addresses.some((address) => own.check(address, familyOf(address)))
}

/** An IPv4 address is found in its IPv6 form as well. */
function blockOf(addresses: readonly string[]): BlockList {
  const block = new BlockList()
  for (const address of addresses) if (isIP(address) !== 0) block.addAddress(address, familyOf(address))
  return block
}

function placeOf(text: string): string {
  const url = URL.parse(text)
  return url ? `${url.hostname.replace(/\.$/, '')}:${portOf(url)}${url.pathname.replace(/\/+$/, '')}` : text
}

const portOf = ({ port, protocol }: URL) => port || (protocol === 'https:' ? '443' : '80')
const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Own addresses without their zone. */
const interfaces = () =>
  Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address.replace(/%.*/, '')))

/** A name that nobody answers for is not ours. */
async function resolve(host: string): Promise<readonly string[]> {
  const silence = new Promise<[]>((done) => setTimeout(done, LOOKUP_MS, []).unref())
  const found = lookup(host, { all: true }).catch(() => [])
  return (await Promise.race([found, silence])).map(({ address }) => address)
}
