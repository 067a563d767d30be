/** The two times that the config names. */
export interface Timeouts {
  requestTimeoutMs: number
  proxyTimeoutMs: number
}

export type Deadlines = ReturnType<typeof deadlinesOf>

/** What is asked again soon, or waited for by somebody who asks many, has no longer than this. */
const BRIEF_MS = 5_000
/** Longer would not be told before the verdict that it labels. */
const WITNESS_MS = 2_000
/** To tell how an accept went, after its exchange had all of its time. */
const TELLING_MS = 2_000

/** Every deadline towards peers, in milliseconds. docs/operations.md has the same as a table. */
export function deadlinesOf({ requestTimeoutMs, proxyTimeoutMs }: Timeouts) {
  const briefMs = Math.min(requestTimeoutMs, BRIEF_MS)
  return {
    /** To open a connection: name, TCP, TLS. */
    connectMs: Math.min(requestTimeoutMs, 3_000),
    /** A probe. */
    probeMs: briefMs,
    /** One server's part of an aggregate, and all of it. */
    aggregateMs: briefMs,
    aggregateTotalMs: 2 * briefMs,
    /** Whether an address leads to an agent: the asker is waiting for more than this answer. */
    reachMs: Math.min(requestTimeoutMs, 4_000),
    /** A probe that another member asked for, and that question: it waits for the probe and the way there and back. */
    witnessMs: Math.min(requestTimeoutMs, WITNESS_MS),
    opinionMs: Math.min(requestTimeoutMs, WITNESS_MS) + 1_000,
    /** Everything else that one agent asks another: exchange, confirm, leave, rotate, the state of a restart. */
    requestMs: requestTimeoutMs,
    /** An accept as a whole. */
    acceptMs: requestTimeoutMs + TELLING_MS,
    /** A restart on a peer: older agents answer when it is done. */
    restartMs: Math.max(proxyTimeoutMs, 300_000),
    /** Proxied GET and HEAD, WebSockets among them, until the answer begins. */
    proxiedReadMs: requestTimeoutMs,
    /** Any other proxied request, until the answer begins. */
    proxiedWriteMs: proxyTimeoutMs
  }
}

export const DEFAULT_DEADLINES = deadlinesOf({ requestTimeoutMs: 10_000, proxyTimeoutMs: 60_000 })
