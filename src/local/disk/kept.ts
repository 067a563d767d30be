export interface KeptOptions<T> {
  /** Reads all of it; or, beside what was read before, only these places. */
  read: (places?: ReadonlySet<string>) => Promise<T>
  /** Whether every change is sure to be told by `changed`. */
  watched: () => boolean
  /** Monotonic milliseconds. */
  now: () => number
  goodForMs?: number
}

/** What was read last, read again where it has changed, or may have without anybody noticing. */
export function createKept<T>({ read, watched, now, goodForMs = 30_000 }: KeptOptions<T>) {
  let kept: { value: T; wholeAt: number } | undefined
  let changes = { whole: false, places: new Set<string>() }

  return {
    /** Without a place anything may have changed. */
    changed(place?: string): void {
      if (place === undefined) changes.whole = true
      else changes.places.add(place)
    },

    async get(): Promise<T> {
      const { whole, places } = changes
      const known = !whole && watched() && kept && now() - kept.wholeAt < goodForMs ? kept : undefined
      if (known && places.size === 0) return known.value
      changes = { whole: false, places: new Set() }
      try {
        const wholeAt = known?.wholeAt ?? now()
        const value = await read(known && places)
        kept = { value, wholeAt }
        return value
      } catch (failure) {
        changes.whole = true
        throw failure
      }
    }
  }
}
