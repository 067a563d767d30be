import type { Clock } from '../../../machines/clock.ts'
import { PermissionDenied } from '../../errors/requests.ts'
import { refusalOf } from '../../remote/answers/refusal.ts'
import type { Remote } from '../../remote/client.ts'
import { startDeadline } from '../../remote/deadline.ts'
import { failure, failureOf, RemoteFailure } from '../../remote/failure.ts'
import type { PeerTarget, RemoteAnswer } from '../../remote/target.ts'
import type { FailureClass, PeerHealth } from '../../schemas/health.ts'
import { REACHABLE } from '../../schemas/health.ts'
import { whyUnavailable } from '../liveness/why-unavailable.ts'
import { createSingleflight } from './singleflight.ts'
import { createSlots } from './slots.ts'
import { type AggregateKind, inline, type Splice } from './splice-json.ts'

export interface AskNodeOptions {
  /** This node's own answers, in the shape of a peer's. */
  local: Record<AggregateKind, (signal: AbortSignal) => Promise<unknown>>
  remote: Pick<Remote, 'request' | 'deadlines'>
  targetOf(id: string): PeerTarget | undefined
  reportContact?(id: string): void
  reportFailure?(id: string, failed: FailureClass): void
  /** Requests in flight, of all aggregates together, without those that have waited for long. */
  maxConcurrency?: number
  /** Of one peer's answer. */
  maxBytes?: number
  splice?: Splice
}

type Get = (path: string, mostBytes?: number) => Promise<RemoteAnswer>

interface AskPath {
  signal: AbortSignal
  needs(health: PeerHealth): void
}

const PATHS: Record<AggregateKind, string> = {
  deployments: '/api/deployments',
  stats: '/api/stats',
  capacity: '/api/capacity'
}
/** Read where it is asked for, and not on a thread of its own. */
const PATH_BYTES = 1 << 20
/** These say that something is wrong with the peer, and not just with one of its answers. */
const SIGNS_OF_DEATH: ReadonlySet<FailureClass> = new Set([
  'dns',
  'refused',
  'reset',
  'timeout',
  'tls',
  'key_refused',
  'clock_skew',
  'unlinked'
])

export type AskNode = ReturnType<typeof createAskNode>

/** Asks one node, and gives the members that its answer adds to its entry. Rejects with a RemoteFailure. */
export function createAskNode(options: AskNodeOptions & { clock: Clock }) {
  const { remote, maxBytes = 4 << 20, splice = inline, clock } = options
  const perPeerMs = remote.deadlines.aggregateMs
  const inTurn = createSlots(options.maxConcurrency ?? 64, clock)
  const share = createSingleflight<string>()

  function peer(kind: AggregateKind, health: PeerHealth, signal: AbortSignal): Promise<string> {
    if (!REACHABLE.has(health.verdict)) return Promise.reject(whyUnavailable(health))
    return share(`${kind} ${health.id}`, signal, (shared) =>
      inTurn(() =>
        request(health, shared, async (get) => {
          const answer = await get(PATHS[kind])
          // An older agent has no stats of its own, but its health says something.
          const instead = kind === 'stats' && answer.status === 404
          return splice.data(kind, accepted(instead ? await get('/api/health') : answer).text)
        })
      )
    )
  }

  /** Another question to a peer, in its turn among all: its answer as it came. `needs` throws where it cannot be asked that. */
  async function path(where: string, health: PeerHealth, { signal, needs }: AskPath): Promise<string> {
    if (!REACHABLE.has(health.verdict)) throw whyUnavailable(health)
    needs(health)
    return share(`${where} ${health.id}`, signal, (shared) =>
      inTurn(() => request(health, shared, async (get) => accepted(await get(where, PATH_BYTES)).text))
    )
  }

  async function request(
    { id, verdict }: PeerHealth,
    signal: AbortSignal,
    read: (get: Get) => Promise<string>
  ): Promise<string> {
    const target = options.targetOf(id)
    if (!target) throw new RemoteFailure('internal', 'it is no member any more')
    const started = clock.now()
    const get: Get = async (path, most = maxBytes) => {
      const deadlineMs = perPeerMs - (clock.now() - started)
      const answer = await remote.request(target, { path, deadlineMs, maxBytes: most, signal })
      if (verdict !== 'online') options.reportContact?.(id)
      return answer
    }
    try {
      return await read(get)
    } catch (error) {
      const reason = failureOf(error)
      if (SIGNS_OF_DEATH.has(reason.class)) options.reportFailure?.(id, reason.class)
      throw reason
    }
  }

  function self(kind: AggregateKind, signal: AbortSignal): Promise<string> {
    return share(`${kind} self`, signal, (shared) => own(kind, options.local, shared))
  }

  /** Never shared: another caller's part of the same answer may be another. */
  async function own(kind: AggregateKind, part: AskNodeOptions['local'], signal: AbortSignal): Promise<string> {
    const answer = await inTime(part[kind](signal), perPeerMs, clock).catch(refused)
    return splice.data(kind, JSON.stringify(answer))
  }

  return { peer, path, self, own }
}

function refused(error: unknown): never {
  if (!(error instanceof PermissionDenied)) throw error
  throw new RemoteFailure('http', error.message, { status: 403, cause: error })
}

function accepted(answer: RemoteAnswer): RemoteAnswer {
  const { status } = answer
  if (status === 200) return answer
  throw refusalOf(answer) ?? new RemoteFailure('http', `it answered with status ${status}`, { status })
}

function inTime<T>(work: Promise<T>, ms: number, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = startDeadline(ms, () => reject(failure('timeout')), clock)
    work.then(resolve, reject).finally(stop)
  })
}
