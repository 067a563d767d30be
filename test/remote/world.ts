import type { TestContext } from 'node:test'
import type { Clock } from '../../machines/clock.ts'
import { createRemote, type RemoteOptions } from '../../src/remote/client.ts'
import type { PeerTarget } from '../../src/remote/target.ts'
import { type FakePeer, type FakePeerOptions, startFakePeer } from '../fake-peer.ts'

/** One fake peer and a remote that knows its key; both are gone after the test. */
export async function world(t: TestContext, options: Partial<RemoteOptions> & { peer?: FakePeerOptions } = {}) {
  const peer = await startFakePeer(options.peer)
  const remote = createRemote({ credentialOf: () => 'key-of-peer', lookupGuard: () => true, ...options })
  t.after(() => {
    remote.close()
    return peer.close()
  })
  return { peer, remote, target: targetOf(peer) }
}

export const targetOf = (peer: FakePeer, more: Partial<PeerTarget> = {}): PeerTarget => ({
  id: peer.name,
  url: peer.url,
  transport: 'insecure',
  pins: [],
  ...more
})

/** Time that only the test moves. */
export function movedClock() {
  let now = 0
  const timers = new Set<{ at: number; callback: () => void }>()
  const clock: Clock = {
    now: () => now,
    wall: () => now,
    setTimeout(callback, ms) {
      const timer = { at: now + ms, callback }
      timers.add(timer)
      return timer
    },
    clearTimeout: (timer) => timers.delete(timer)
  }
  function advance(ms: number) {
    now += ms
    for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > now || !timers.delete(timer)) continue
      timer.callback()
    }
  }
  return { clock, advance, pending: () => timers.size }
}

/** Settles when the condition holds; the test's own time limit is the only other end. */
export async function until(condition: () => boolean) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2))
}
