import { type Static, Type } from 'typebox'
import type { Opinions } from './opinions/opinion.ts'

/**
 * The verdict on one peer.
 * unknown: not asked yet. online ⇄ suspect → offline: it answers, it just failed, it failed often enough.
 * pending: joined, not confirmed. rejected: it refuses our key. incompatible: something answers that is no agent.
 * skewed: the clocks are too far apart for signed requests. removed: it told us that it removed us.
 * suspended: who introduced it took it back, and its keys open nothing here. quarantined: its actor here crashed too often.
 */
export const Verdict = Type.Enum([
  'unknown',
  'online',
  'suspect',
  'offline',
  'pending',
  'rejected',
  'skewed',
  'incompatible',
  'removed',
  'suspended',
  'quarantined'
])
export type Verdict = Static<typeof Verdict>

/** Why a request to a peer gave nothing usable. */
export const FailureClass = Type.Enum([
  'dns',
  'refused',
  'reset',
  'timeout',
  'tls',
  'http',
  'not_agent',
  'key_refused',
  'too_large',
  'bad_json',
  'address',
  'aborted',
  'internal',
  'forbidden',
  'clock_skew',
  'unlinked'
])
export type FailureClass = Static<typeof FailureClass>

/**
 * What a failure says of the way there. unmet: nothing of the peer was met. stranger: what answered is no agent. refusal:
 * the peer was met, and said no. barred: it may not be dialled from here. own: the fault is ours.
 */
export type FailureKind = 'unmet' | 'stranger' | 'refusal' | 'barred' | 'own'

export const FAILURE_KINDS: Readonly<Record<FailureClass, FailureKind>> = {
  dns: 'unmet',
  refused: 'unmet',
  reset: 'unmet',
  timeout: 'unmet',
  tls: 'unmet',
  http: 'unmet',
  unlinked: 'unmet',
  not_agent: 'stranger',
  bad_json: 'stranger',
  too_large: 'stranger',
  key_refused: 'refusal',
  clock_skew: 'refusal',
  forbidden: 'refusal',
  address: 'barred',
  aborted: 'own',
  internal: 'own'
}

/** More than half of them, and so many that it says something of who looks. */
export const areMost = (failing: number, all: number, fewest = 2): boolean => failing >= fewest && failing * 2 > all

/** One finished probe. `at` is wall time in milliseconds, for people; durations are monotonic. */
export type ProbeAnswer =
  | {
      ok: true
      asked: string
      at: number
      durationMs: number
      /** What the peer says of itself; absent where it did not. */
      version?: string
      features?: readonly string[]
      nodeId?: string
      /** It was asked something that needs our key, and knew it. */
      keyAccepted?: true
      /** It says that it cannot dial this server. */
      unreached?: true
      /** How far its clock is ahead of ours, by what it told. */
      clockOffsetMs?: number
    }
  | {
      ok: false
      asked: string
      at: number
      durationMs: number
      class: FailureClass
      /** A sentence without addresses or secrets. */
      detail: string
      /** HTTP status where there was one. */
      status?: number
      clockOffsetMs?: number
    }

/** What a peer's actor is told of its peer. Never a secret. `id` is the member's UUID, and the actor's id. */
export interface PeerSpec {
  id: string
  name: string
  url: string
  /** Not confirmed yet by the other side. */
  pending: boolean
  /** It told us that it removed us. */
  removed: boolean
  /** Who introduced it took it back: it is asked nothing, as if it had removed us. */
  suspended?: true
  /** What it said it can do; empty for plain FlatRun. */
  features: readonly string[]
  /** Wall time in milliseconds; absent when it was never seen. */
  lastSeenAt?: number
}

/** How one peer is, as the rest of the program sees it. Times are wall milliseconds. */
export interface PeerHealth {
  id: string
  name: string
  url: string
  verdict: Verdict
  /** When the verdict became what it is. */
  since: number
  lastSeenAt?: number
  /** Failures in a row. */
  failures: number
  /** Duration of the last good probe. */
  latencyMs?: number
  /** How far its clock is ahead of ours. */
  clockOffsetMs?: number
  nextProbeAt?: number
  flapping: boolean
  /** Crashes of its actor here. */
  restarts: number
  version?: string
  features: readonly string[]
  /** The newest last; at most ten. */
  evidence: readonly ProbeAnswer[]
  /** What other members say of one that is offline. */
  opinions?: Opinions
}

/** What is told of a peer after each probe: of ten thousand peers, the rest is made when somebody asks for it. */
export type PeerAnswered = Pick<PeerHealth, 'id' | 'name' | 'verdict'>

/** It answers, or has done so until just now. */
export const UP: ReadonlySet<Verdict> = new Set(['online', 'suspect'])

/** Requests are worth sending only to these; an unknown peer is given the benefit of the doubt. */
export const REACHABLE: ReadonlySet<Verdict> = new Set(['unknown', 'online', 'suspect', 'pending'])

export const Evidence = Type.Object({
  asked: Type.String({ examples: ['GET /api/health'] }),
  at: Type.String(),
  ok: Type.Boolean(),
  duration_ms: Type.Number(),
  class: Type.Optional(FailureClass),
  detail: Type.Optional(Type.String()),
  http_status: Type.Optional(Type.Integer())
})
export type Evidence = Static<typeof Evidence>
