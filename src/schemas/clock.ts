/** Two clocks that are further apart than `worth` are worth a word; requests are signed with a time, and refused beyond `most`. */
export const CLOCKS_APART_MS = { worth: 30_000, most: 120_000 } as const

/** The same words wherever somebody reads of it. */
export const clocksDiffer = (ms: number) =>
  `the clocks differ by ${Math.round(Math.abs(ms) / 1_000)} s; set both by NTP`

/** Whether that is worth telling. Once it was told, it is so until the clocks are clearly nearer again. */
export const clocksApart = (ms: number | undefined, before = false) =>
  ms !== undefined && Math.abs(ms) >= CLOCKS_APART_MS.worth * (before ? 0.8 : 1)
