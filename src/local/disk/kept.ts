export interface KeptOptions<T> {
  read: () => Promise<T>
  /** Whether every change is sure to be told by `changed`. */
  watched: () => boolean
  /** Monotonic milliseconds. */
  now: () => number
  goodForMs?: number
}

/** What was read last, read again when it has changed, or may have without anybody noticing. */
export function createKept<T>({ read, watched, now, goodForMs = 30_000 }: KeptOptions<T>) {
  let generation = 0
  let kept: { value: T; generation: number; at: number } | undefined

  return {
    changed(): void {
      generation += 1
    },

    async get(): Promise<T> {
      const fresh = kept?.generation === generation && now() - kept.at < goodForMs
      if (kept && fresh && watched()) return kept.value
      const began = { generation, at: now() }
      const value = await read()
      kept = { value, ...began }
      return value
    }
  }
}
