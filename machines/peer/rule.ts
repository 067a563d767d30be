/** How a peer is judged. Each number says what it trades against what. */
export interface Rule {
  /** Between two probes of a peer that is well. Shorter finds a silent host sooner and costs each peer more. */
  intervalMs: number
  /** Share by which every delay is varied, so that peers asked together drift apart. */
  jitter: number
  /**
   * Delays after the first, second, third… failure in a row; the failure after the last one is the verdict. Their sum
   * is what a restart may last unnoticed; their number is what keeps lost packets from being taken for an outage.
   */
  repeatsMs: readonly number[]
  /** Successes in a row that end an outage, at most ten. One would let a peer that dies at once look well in between. */
  onlineAfter: number
  /** Refusals of our key, or of our clock, in a row that are believed. A peer says them on purpose, so fewer than `repeatsMs` do. */
  refusedAfter: number
  /** Between two probes of a peer that refuses our key: it will not change its mind by itself. */
  refusedIntervalMs: number
  /** The shortest pause between two probes of one peer, also when somebody asks for one. */
  pauseMs: number
  flapping: FlapRule
}

/** Penalties in the manner of RFC 2439. */
export interface FlapRule {
  outage: number
  suspicion: number
  halfLifeMs: number
  /** Above it a peer is flapping… */
  begins: number
  /** …until it is below this. */
  ends: number
}

export const DEFAULT_RULE: Rule = {
  intervalMs: 30_000,
  jitter: 0.1,
  repeatsMs: [2_000, 5_000, 10_000],
  onlineAfter: 2,
  refusedAfter: 2,
  refusedIntervalMs: 300_000,
  pauseMs: 300,
  flapping: { outage: 1_000, suspicion: 250, halfLifeMs: 600_000, begins: 2_500, ends: 1_000 }
}
