import type { Clock } from '../../../machines/clock.ts'
import type { AlertRules } from '../../schemas/alerts/alert-rules.ts'
import type { Problem } from '../../schemas/alerts/incident.ts'
import type { Incidents } from '../incidents/incidents.ts'
import { knownOf, nameIn, type ServerFacts } from './facts.ts'
import { type Finding, findingsOf, isBlind, toldBy } from './findings.ts'
import { isStillUnwell, outcomeOf } from './outcome.ts'
import { createRestartWatch } from './restarts.ts'

export interface WatchOptions {
  rules: () => AlertRules
  /** What every server tells now, each as it comes. */
  look: (signal: AbortSignal) => AsyncIterable<ServerFacts>
  incidents: Pick<Incidents, 'open' | 'close' | 'told' | 'problems'>
  clock: Clock
  /** Whether anybody is to be told at all. */
  wanted: () => boolean
  onLooked: () => void
  onFault: (fault: unknown) => void
}

const LOOK_EVERY_MS = 60_000
const FIRST_LOOK_MS = 20_000

/** Looks at every server each minute, and opens and closes what is wrong with it. */
export function createWatch(options: WatchOptions) {
  const { rules, look, incidents, clock, wanted, onLooked, onFault } = options
  const closing = new AbortController()
  const restarts = createRestartWatch()
  const known = new Map<string, string>()
  let timer: unknown = clock.setTimeout(() => void round(), FIRST_LOOK_MS)

  async function round(): Promise<void> {
    try {
      if (wanted()) for await (const facts of look(closing.signal)) judge(facts)
      onLooked()
    } catch (fault) {
      if (!closing.signal.aborted) onFault(fault)
    }
    if (!closing.signal.aborted) timer = clock.setTimeout(() => void round(), LOOK_EVERY_MS)
  }

  function judge(facts: ServerFacts): void {
    const { id } = facts
    restarts.look(facts)
    const words = knownOf(facts)
    if (words) known.set(id, words)
    const memory = { told: incidents.told, now: clock.wall(), restarting: restarts.restarting }
    const found = findingsOf(facts, rules(), memory)
    for (const finding of found) incidents.open(problemOf(facts, finding, clock.wall()), finding.holdMs, clock.now())
    const kinds = toldBy(facts)
    const blind = isBlind(facts.deployments)
    const still = new Set(found.map(({ key }) => key))
    for (const problem of incidents.problems()) {
      if (problem.server_id !== id || !kinds.has(problem.kind) || still.has(problem.key)) continue
      // While the engine does not answer nobody knows how a deployment is.
      if (blind && (problem.kind === 'deployment' || problem.kind === 'restarts')) continue
      if (isStillUnwell(problem, facts)) continue
      incidents.close(problem.key, outcomeOf(problem, facts), clock.now())
    }
  }

  return {
    /** What was last known of a server, in one line. */
    known: (id: string) => known.get(id),
    forget(id: string): void {
      known.delete(id)
      restarts.forget(id)
    },
    close(): void {
      closing.abort()
      clock.clearTimeout(timer)
    }
  }
}

const problemOf = ({ id, name }: ServerFacts, { key, kind, title, detail, grave }: Finding, wall: number): Problem => ({
  key,
  kind,
  server: nameIn(name),
  server_id: id,
  since: wall,
  title,
  ...(detail !== undefined && { detail }),
  grave
})
