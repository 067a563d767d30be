import { type LookupAddress, lookup } from 'node:dns'
import pLimit from 'p-limit'
import type { Clock } from '../../../machines/clock.ts'
import { after, systemClock } from '../../clock.ts'

/** The addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>

export interface ResolverOptions {
  ask?: Resolve
  clock?: Clock
}

/** Lookups run on the four threads that also read files. Names whose name server was silent have one of them. */
const AT_ONCE = 3
const SLOW_AT_ONCE = 1
/** After this long the last known addresses are used, where there are any. */
const PATIENCE_MS = 1_000
/** And no longer than this (RFC 8767 §5 has one to three days). */
const STALE_MS = 24 * 3_600_000
const MOST_NAMES = 20_000
/** What a name server says on purpose: there is no such name, or it has no address. */
const NO_SUCH_NAME: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA'])

/**
 * Looks host names up: one lookup for a name at a time, however many connections wait for it, so that a silent name
 * server delays the peers of its own names alone; and the last known addresses while it is silent.
 */
export function createResolver({ ask = systemLookup, clock = systemClock }: ResolverOptions = {}): Resolve {
  const underWay = new Map<string, Promise<readonly LookupAddress[]>>()
  const known = new Map<string, { addresses: readonly LookupAddress[]; at: number }>()
  const slow = new Set<string>()
  const [turn, slowTurn] = [pLimit(AT_ONCE), pLimit(SLOW_AT_ONCE)]

  function askOnce(hostname: string): Promise<readonly LookupAddress[]> {
    const asked = underWay.get(hostname)
    if (asked) return asked
    const asking = (slow.has(hostname) ? slowTurn : turn)(() => askTimed(hostname))
    underWay.set(hostname, asking)
    const over = () => underWay.delete(hostname)
    asking.then(over, over)
    return asking
  }

  async function askTimed(hostname: string) {
    const began = clock.now()
    try {
      const addresses = await ask(hostname)
      keep(hostname, addresses)
      return addresses
    } finally {
      if (clock.now() - began >= PATIENCE_MS) slow.add(hostname)
      else slow.delete(hostname)
    }
  }

  function keep(hostname: string, addresses: readonly LookupAddress[]) {
    const [oldest] = known.keys()
    if (known.size >= MOST_NAMES && oldest !== undefined) forget(oldest)
    known.delete(hostname)
    known.set(hostname, { addresses, at: clock.now() })
  }

  function forget(hostname: string) {
    known.delete(hostname)
    slow.delete(hostname)
  }

  return function resolve(hostname) {
    const asking = askOnce(hostname)
    const last = known.get(hostname)
    if (!last || clock.now() - last.at > STALE_MS) return asking
    return new Promise((found, failed) => {
      const stopWaiting = after(clock, PATIENCE_MS, () => found(last.addresses))
      asking
        .then(found, (error) => (NO_SUCH_NAME.has(error?.code) ? failed(error) : found(last.addresses)))
        .finally(stopWaiting)
    })
  }
}

const systemLookup: Resolve = (hostname) =>
  new Promise((found, failed) => {
    lookup(hostname, { all: true }, (error, addresses) => (error ? failed(error) : found(addresses)))
  })
