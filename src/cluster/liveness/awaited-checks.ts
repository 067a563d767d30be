import { PeerUnknown } from '../../errors/members.ts'
import type { PeerHealth } from '../../schemas/health.ts'

/** Those who wait for the next answer of a peer. */
export function createAwaitedChecks() {
  const waiting = new Map<string, PromiseWithResolvers<PeerHealth>>()

  function take(id: string) {
    const one = waiting.get(id)
    waiting.delete(id)
    return one
  }

  return {
    has: (id: string) => waiting.has(id),
    wait(id: string): Promise<PeerHealth> {
      const one = waiting.get(id) ?? Promise.withResolvers<PeerHealth>()
      waiting.set(id, one)
      return one.promise
    },
    answer: (id: string, health: PeerHealth) => take(id)?.resolve(health),
    /** It is no member any more. */
    end: (id: string) => take(id)?.reject(new PeerUnknown(id)),
    endAll(): void {
      for (const id of [...waiting.keys()]) take(id)?.reject(new PeerUnknown(id))
    }
  }
}
