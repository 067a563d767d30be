export type Remembered = ReturnType<typeof createRemembered>

/**
 * The last good answer of each node, for callers who take an old one rather than none. Bounded in bytes: the ones that
 * were replaced longest ago make room.
 */
export function createRemembered(limitBytes = 64 << 20) {
  const entries = new Map<string, { text: string; at: number }>()
  let bytes = 0

  function forget(key: string) {
    bytes -= entries.get(key)?.text.length ?? 0
    entries.delete(key)
  }

  return {
    keep(key: string, text: string, at: number) {
      forget(key)
      entries.set(key, { text, at })
      bytes += text.length
      for (const oldest of entries.keys()) {
        if (bytes <= limitBytes) break
        forget(oldest)
      }
    },
    get: (key: string) => entries.get(key),
    /** With whose answer each is, those that were replaced last first. */
    all: () => [...entries].reverse().map(([key, entry]) => ({ key, id: key.slice(key.indexOf(' ') + 1), ...entry }))
  }
}
