import { failureOf } from '../remote/failure.ts'
import type { Version } from '../schemas/names.ts'
import { randomToken } from '../security/tokens.ts'
import type { FlatRunAgent, Told } from './agent.ts'
import { FlatRunDown } from './faults.ts'
import { FOR_WRITERS } from './standing.ts'
import { errorOf, row, textOf } from './untyped.ts'

/** How FlatRun's agent on this server is. */
export interface FlatRunState {
  reachable: boolean
  /** Why it is not, or why what it says is not believed. */
  error?: string
  version?: Version
  /** Its own cluster section is on. */
  clusterOn: boolean
}

interface WatchOptions {
  ask: FlatRunAgent['ask']
  everyMs?: number
  onChange?: (state: FlatRunState, before: FlatRunState) => void
}

const EVERY_MS = 15_000
/** Its users wait for its return. */
const AWAY_MS = 1_000
const OFF = 'Cluster is not enabled'

/** Looks at FlatRun's agent now and then: whether it is there, which version, and whether it turns strangers away. */
export function createWatch({ ask, everyMs = EVERY_MS, onChange = () => {} }: WatchOptions) {
  let state: FlatRunState = { reachable: false, error: 'it was not asked yet', clusterOn: false }
  let vouches = false
  let looking: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false
  wait()

  function wait(): void {
    clearTimeout(timer)
    if (!closed) timer = setTimeout(() => void look(), state.error === undefined ? everyMs : AWAY_MS).unref()
  }

  async function lookNow(): Promise<void> {
    const before = state
    try {
      const [health, madeUp, exchange] = await Promise.all([
        ask({ path: '/api/health' }),
        // The very route by which keys are judged.
        ask({ path: FOR_WRITERS, token: randomToken() }),
        // Without an invite it does nothing, and needs no key.
        ask({ method: 'POST', path: '/api/cluster/exchange', body: {} })
      ])
      vouches = madeUp.status === 401 && errorOf(madeUp) !== undefined
      state = stateBy({ health, exchange, vouches }, before)
    } catch (error) {
      vouches = false
      const { version, clusterOn } = state
      const reason = reasonOf(error)
      state = { reachable: false, error: reason, clusterOn, ...(version && { version }) }
    }
    onChange(state, before)
  }

  function look(): Promise<void> {
    looking ??= lookNow().finally(() => {
      looking = undefined
      wait()
    })
    return looking
  }

  return {
    look,
    state: () => state,
    vouches: () => vouches,
    /** It failed somebody: whether it is gone is looked at now. */
    doubt(): void {
      if (state.error === undefined) void look()
    },
    close(): void {
      closed = true
      clearTimeout(timer)
    }
  }
}

/** How it is, by what it answered. @throws where that is no agent of FlatRun's */
function stateBy(
  { health, exchange, vouches }: { health: Told; exchange: Told; vouches: boolean },
  before: FlatRunState
): FlatRunState {
  const { status, version } = row(health.body)
  if (status !== 'healthy') throw new Error('something answers there that is no agent of FlatRun’s')
  return {
    reachable: true,
    version: versionOf(version),
    clusterOn: clusterOnBy(exchange) ?? before.clusterOn,
    ...(!vouches && { error: 'it lets in whoever shows a made-up key, so its word on keys does not count' })
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof FlatRunDown) return failureOf(error.cause).message
  return error instanceof Error ? error.message : String(error)
}

/** By what it says to an exchange without an invite; undefined where somebody else answers, or it is too busy. */
function clusterOnBy(answer: Told): boolean | undefined {
  if (answer.status >= 500 || answer.status === 429) return undefined
  // An older one has no such route.
  return errorOf(answer) !== undefined && errorOf(answer) !== OFF
}

function versionOf(value: unknown): Version {
  const { version, build_time, git_commit } = row(value)
  return {
    version: textOf(version, 'unknown').slice(0, 64),
    build_time: textOf(build_time, 'unknown').slice(0, 64),
    git_commit: textOf(git_commit, 'unknown').slice(0, 64)
  }
}
