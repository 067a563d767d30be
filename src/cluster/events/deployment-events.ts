import { LRUCache } from 'lru-cache'
import type { DeploymentAudit } from '../../schemas/deployments/operation.ts'
import type { EventLog } from '../../schemas/event.ts'

const MERGE_MS = 60_000
const CALLERS = 1_000

interface Refusals {
  since: number
  untold: number
}

/**
 * Tells the cluster's events of what is done with this server's deployments. The same refused again within a minute is
 * counted and told with the next one after that: a caller that tries all the time is one event a minute.
 */
export function createDeploymentEvents(events: Pick<EventLog, 'publish'>, now = () => performance.now()) {
  const refusals = new LRUCache<string, Refusals>({ max: CALLERS })

  /** How many refusals are told with this one; 0: it is told later. */
  function timesOf({ by, action }: DeploymentAudit): number {
    const key = `${by} ${action}`
    const known = refusals.get(key)
    if (known && now() - known.since < MERGE_MS) {
      known.untold += 1
      return 0
    }
    refusals.set(key, { since: now(), untold: 0 })
    return 1 + (known?.untold ?? 0)
  }

  return function tell(entry: DeploymentAudit): void {
    const { deployment, action, by, outcome, reason, durationMs } = entry
    const times = outcome === 'refused' ? timesOf(entry) : 1
    if (times === 0) return
    events.publish({
      type: 'deployment.action',
      ...(reason !== undefined && { reason }),
      facts: { deployment, action, by, outcome, duration_ms: durationMs, ...(times > 1 && { times }) }
    })
  }
}
