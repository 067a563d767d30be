const UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/**
 * `10m`, `1h30m`, a time of RFC 3339 or seconds since 1970, as the seconds that the engine wants. Undefined for
 * anything else.
 */
export function parseSince(text: string, nowMs: number): string | undefined {
  if (/^\d+(\.\d{1,9})?$/.test(text)) return text
  if (/^(\d+[smhd])+$/.test(text)) {
    const ago = [...text.matchAll(/(\d+)([smhd])/g)].reduce(
      (sum, [, n, unit = 's']) => sum + Number(n) * (UNITS[unit] ?? 0),
      0
    )
    return (Math.max(0, nowMs - ago * 1_000) / 1_000).toFixed(3)
  }
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) || at < 0 ? undefined : (at / 1_000).toFixed(3)
}
