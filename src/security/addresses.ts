import { BlockList, isIP } from 'node:net'
import { embeddedIPv4 } from './embedded-ipv4.ts'

/** May loopback addresses be dialled? Only when this node itself is only there. */
export interface DialPolicy {
  loopback: boolean
}

/** What is wrong with a peer's URL, as the end of a sentence that begins with the name of the field. */
export class BadUrl extends Error {
  override name = 'BadUrl'
}

const never = new BlockList()
never.addSubnet('0.0.0.0', 8) // unspecified, "this network" (RFC 1122)
never.addSubnet('169.254.0.0', 16) // link-local, cloud metadata (RFC 3927)
never.addAddress('100.100.100.200') // a cloud's metadata service inside the shared range
never.addSubnet('192.0.0.0', 24) // protocol assignments (RFC 6890)
never.addSubnet('224.0.0.0', 4) // multicast
never.addSubnet('240.0.0.0', 4) // reserved, broadcast
never.addAddress('::', 'ipv6')
never.addSubnet('::', 96, 'ipv6') // IPv4-compatible (RFC 4291 §2.5.5.1); ::1 is looked at before
never.addSubnet('fe80::', 10, 'ipv6')
never.addSubnet('fec0::', 10, 'ipv6')
never.addSubnet('ff00::', 8, 'ipv6')
never.addAddress('fd00:ec2::254', 'ipv6') // cloud metadata

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

const local = new BlockList()
local.addSubnet('10.0.0.0', 8)
local.addSubnet('172.16.0.0', 12)
local.addSubnet('192.168.0.0', 16)
local.addSubnet('100.64.0.0', 10) // shared address space, where overlay networks live (RFC 6598)
local.addSubnet('fc00::', 7, 'ipv6')

/**
 * Whether a connection to this IP address may be opened. Asked for each address at each connect, since a name may
 * answer differently tomorrow (DNS rebinding), and literal addresses never go through a resolver.
 */
export function mayDial(address: string, policy: DialPolicy): boolean {
  if (isLoopback(address)) return policy.loopback
  if (isIP(address) === 0 || never.check(address, family(address))) return false
  // What a translator behind it would dial. Its loopback is not ours.
  const embedded = embeddedIPv4(address)
  return embedded === undefined || (embedded.length > 0 && embedded.every((inner) => mayDial(inner, NO_LOOPBACK)))
}

const NO_LOOPBACK: DialPolicy = { loopback: false }

export const isLoopback = (address: string) => isIP(address) !== 0 && loopback.check(address, family(address))

/** Loopback and the ranges that are not routed on the internet: plain http towards them stays inside. */
export const isPrivate = (address: string) =>
  isLoopback(address) ||
  (isIP(address) !== 0 && local.check(address, family(address))) ||
  (embeddedIPv4(address)?.some(isPrivate) ?? false)

/**
 * A peer's base URL in the one form in which it is stored: scheme, host, port if unusual, path without trailing slash.
 * @throws BadUrl with the reason.
 */
export function parsePeerUrl(text: string, policy: DialPolicy): string {
  if (text.length > 512) throw new BadUrl('must be at most 512 characters long')
  if (!/^https?:\/\//i.test(text)) throw new BadUrl('must begin with http:// or https://')
  if (/[\s\\]/.test(text) || hasControl(text))
    throw new BadUrl('must not contain spaces, backslashes or control characters')
  const url = URL.parse(text)
  if (!url) throw new BadUrl('is not a URL')
  if (url.username || url.password) throw new BadUrl('must not contain a user or password')
  if (text.includes('?') || text.includes('#')) throw new BadUrl('must not contain a query or fragment')
  if (text.split(/[/]/).some((segment) => /^(\.|%2e){1,2}$/i.test(segment))) {
    throw new BadUrl('must not contain dot segments')
  }
  if (url.port === '0') throw new BadUrl('must have a port from 1 to 65535')
  const host = bareHost(url)
  if (isIP(host) !== 0 && !mayDial(host, policy)) throw new BadUrl(refusal(host))
  if (isIP(host) === 0 && /(^|\.)localhost\.?$/i.test(host) && !policy.loopback) throw new BadUrl(refusal('127.0.0.1'))
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`
}

/** The host of a URL without the brackets of an IPv6 literal. */
export const bareHost = (url: URL) => url.hostname.replace(/^\[(.*)\]$/, '$1')

function refusal(address: string): string {
  return isLoopback(address)
    ? 'must not be a loopback address: other servers cannot reach it; name an address in your network'
    : 'must not be an unspecified, link-local, metadata, multicast or reserved address'
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}

function hasControl(text: string): boolean {
  return [...text].some((char) => char.charCodeAt(0) < 0x20 || char.charCodeAt(0) === 0x7f)
}
