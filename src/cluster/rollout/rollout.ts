import pLimit from 'p-limit'
import { PeerUnknown } from '../../errors/members.ts'
import { PeerUnavailable } from '../../errors/proxy.ts'
import type { RolloutStep, RolloutSummary } from '../../schemas/deployments/operation.ts'
import { type PeerHealth, REACHABLE } from '../../schemas/health.ts'
import { sameName } from '../../schemas/names.ts'
import { whyUnavailable } from '../liveness/why-unavailable.ts'
import type { RestartThere } from './restart-there.ts'

export interface RolloutOptions {
  selfName(): string
  peers(): readonly PeerHealth[]
  /** Restarts a deployment of this server. */
  restartHere: RestartHere
  restartThere: RestartThere
}

/** Resolves with what was done when the deployment runs again; rejects with what went wrong, or when nobody waits for it. */
export type RestartHere = (order: RolloutOrder, signal: AbortSignal) => Promise<string>

export interface RolloutOrder {
  deployment: string
  by: string
  /** A deployment must still run this long after its restart. */
  settleMs: number
}

export interface RolloutAsk extends RolloutOrder {
  servers: readonly string[]
  maxParallel: number
}

/** How one server is now; at the end, how all went. */
export type RolloutNews = RolloutStep | { summary: RolloutSummary }

export type Rollout = ReturnType<typeof createRollout>

/**
 * Restarts one deployment on several servers, so many at a time and in the order in which they were named. After the
 * first failure no other server is begun: what is broken stays in one place.
 */
export function createRollout({ selfName, peers, restartHere, restartThere }: RolloutOptions) {
  /**
   * `left` ends the wait for what was begun, too. After `stop`, whose reason says why, no other server is begun, and what
   * was begun goes on to its end. Throws, before anything is done, when one of the servers is no member or known to be
   * away.
   */
  return (ask: RolloutAsk, left: AbortSignal, stop?: AbortSignal): AsyncIterable<RolloutNews> => {
    const servers = new Map(ask.servers.map((name) => [name.toLowerCase(), name]))
    return run([...servers.values()].map(find), ask, left, stop)
  }

  function find(name: string): Server {
    if (sameName(name, selfName())) return { name: selfName(), restart: restartHere }
    const peer = peers().find((candidate) => sameName(candidate.name, name))
    if (!peer) throw new PeerUnknown(name)
    if (!REACHABLE.has(peer.verdict)) throw new PeerUnavailable(peer.name, whyUnavailable(peer).message)
    return { name: peer.name, restart: (order, signal) => restartThere(peer.id, order, signal) }
  }
}

interface Server {
  name: string
  restart: RestartHere
}

async function* run(
  servers: readonly Server[],
  { maxParallel, ...order }: RolloutAsk,
  left: AbortSignal,
  stop?: AbortSignal
) {
  const limit = pLimit(maxParallel)
  const steps: RolloutStep[] = []
  let wake = Promise.withResolvers<void>()
  let stopped: string | undefined
  const ended = () => {
    if (stop?.aborted) return sentenceOf(stop.reason)
    return left.aborted ? 'whoever asked for it has left' : undefined
  }
  const tell = (step: RolloutStep) => {
    steps.push(step)
    wake.resolve()
  }

  const work = servers.map(({ name, restart }) =>
    limit(async () => {
      stopped ??= ended()
      if (stopped !== undefined) return tell({ server: name, state: 'skipped', detail: stopped })
      tell({ server: name, state: 'started' })
      const since = performance.now()
      const took = () => ({ duration_ms: Math.round(performance.now() - since) })
      try {
        tell({ server: name, state: 'done', detail: await restart(order, left), ...took() })
      } catch (failure) {
        stopped ??= ended() ?? `it failed on ${name}`
        tell({ server: name, state: 'failed', detail: sentenceOf(failure), ...took() })
      }
    })
  )
  Promise.all(work).then(() => wake.resolve())

  const count = { done: 0, failed: 0, skipped: 0, total: servers.length }
  while (count.done + count.failed + count.skipped < count.total) {
    await wake.promise
    wake = Promise.withResolvers()
    for (const step of steps.splice(0)) {
      if (step.state !== 'started') count[step.state] += 1
      yield step
    }
  }
  yield { summary: count }
}

const sentenceOf = (failure: unknown) => (failure instanceof Error ? failure.message : String(failure))
