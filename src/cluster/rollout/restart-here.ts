import { setTimeout as sleep } from 'node:timers/promises'
import type { LocalNode } from '../../local/node.ts'
import type { RestartHere } from './rollout.ts'
import { startedAgain } from './steady.ts'

/** Restarts a deployment of this server, and looks whether it runs. */
export function createRestartHere({ local }: { local: Pick<LocalNode, 'begin' | 'deployment'> }): RestartHere {
  return async ({ deployment, by, settleMs }, signal) => {
    const { result } = await local.begin({ action: 'restart', deployment, by })
    const { output } = await result
    const begun = await local.deployment(deployment)
    if (settleMs > 0) await sleep(settleMs, undefined, { signal })
    const settled = await local.deployment(deployment)
    const { status, status_reason } = settled
    const again = startedAgain(begun, settled)
    if (again !== undefined) throw new Error(`it was restarted, and ${again} was started again since: it does not last`)
    if (status === 'running') return output
    throw new Error(`it was restarted, and is ${status}${status_reason === undefined ? '' : `: ${status_reason}`}`)
  }
}
