/** Where an IPv4 address lies in one of IPv6, by the length of the prefix; byte 8 is always zero (RFC 6052 §2.2). */
const LAYOUTS: readonly (readonly [number, number, number, number])[] = [
  [6, 7, 9, 10],
  [7, 9, 10, 11],
  [9, 10, 11, 12],
  [12, 13, 14, 15]
]

/**
 * The IPv4 addresses that an address of IPv6 stands for behind a translator (NAT64) or a tunnel (6to4); undefined for
 * any other. A network's own prefix does not say its length, so it may be read in several ways: all of them count.
 */
export function embeddedIPv4(address: string): string[] | undefined {
  const bytes = bytesOf(address)
  if (!bytes) return undefined
  const begins = (...prefix: number[]) => prefix.every((byte, at) => bytes[at] === byte)
  const at = (places: readonly number[]) => places.map((place) => bytes[place] ?? 0)
  // 6to4 (RFC 3056 §2).
  if (begins(0x20, 0x02)) return [at([2, 3, 4, 5]).join('.')]
  // The well-known prefix (RFC 6052 §2.1): 96 bits.
  if (begins(0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)) return [at([12, 13, 14, 15]).join('.')]
  // The prefix for local use (RFC 8215): 48 bits, of which a network takes what it likes.
  if (!begins(0x00, 0x64, 0xff, 0x9b, 0, 1)) return undefined
  return LAYOUTS.filter((places) => bytes.slice((places[3] ?? 15) + 1).every((byte) => byte === 0))
    .map(at)
    .filter(([first]) => first !== 0)
    .map((parts) => parts.join('.'))
}

function bytesOf(address: string): number[] | undefined {
  const host = address.includes(':') ? URL.parse(`http://[${address}]`)?.hostname : undefined
  if (host === undefined) return undefined
  const [head = '', tail] = host.slice(1, -1).split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const [before, after] = [groups(head), groups(tail ?? '')]
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0)
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff])
}
