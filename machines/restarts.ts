/** How often one member's actor crashed. */
export interface RestartHistory {
  /** Crashes since it joined. */
  crashes: number
  /** Those of the last minute (the restart intensity of Erlang's supervisors). */
  recent: number
  /** It is left alone until somebody asks. */
  quarantined: boolean
}

export const NO_CRASHES: RestartHistory = { crashes: 0, recent: 0, quarantined: false }

/** How long a crash counts. */
export const FORGET_MS = 60_000
/** More crashes than this within a minute are a defect that restarts do not mend. */
const CRASHES_ALLOWED = 4
/** Longer would leave a peer unwatched for a fault that was over after seconds. */
const LONGEST_DELAY_MS = 30_000

export const afterCrash = ({ crashes, recent }: RestartHistory): RestartHistory => ({
  crashes: crashes + 1,
  recent: recent + 1,
  quarantined: recent >= CRASHES_ALLOWED
})

/** A minute after a crash. */
export const afterMinute = (history: RestartHistory): RestartHistory => ({
  ...history,
  recent: Math.max(0, history.recent - 1)
})

/** Milliseconds until a crashed actor is started again, by its crashes of late. */
export const restartDelay = (recent: number): number => Math.min(LONGEST_DELAY_MS, 1_000 * 2 ** (recent - 1))
