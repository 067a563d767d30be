import { PACE } from './pace.ts'

/** How often each problem has come back within the last hour. */
export function createRelapses() {
  const openings = new Map<string, number[]>()

  return {
    began: (key: string, now: number) => void openings.set(key, [...(openings.get(key) ?? []), now]),
    of: (key: string) => Math.max(0, (openings.get(key)?.length ?? 0) - 1),
    forgetOld(now: number): void {
      for (const [key, times] of openings) {
        const recent = times.filter((at) => now - at < PACE.relapsesWithinMs)
        if (recent.length > 0) openings.set(key, recent)
        else openings.delete(key)
      }
    }
  }
}
