import { networkInterfaces } from 'node:os'

const LOOK_EVERY_MS = 15_000

/** Calls back when this machine has other addresses than before: another network, say. Gives what ends it. */
export function watchOwnAddresses(changed: () => void, read = ownAddresses, everyMs = LOOK_EVERY_MS): () => void {
  let known = read()
  const timer = setInterval(() => {
    const now = read()
    if (now === known) return
    known = now
    changed()
  }, everyMs).unref()
  return () => clearInterval(timer)
}

/** Those of containers come and go, and lead nowhere: a bridge or a virtual pair is none. */
function ownAddresses(): string {
  return Object.entries(networkInterfaces())
    .filter(([name]) => !/^(docker|br-|veth|podman|cni)/.test(name))
    .flatMap(([name, all = []]) => all.flatMap(({ address, internal }) => (internal ? [] : [`${name} ${address}`])))
    .sort()
    .join()
}
