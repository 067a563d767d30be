import type { Stats, SystemStats } from '../schemas/stats.ts'
import type { Survey } from './survey.ts'

/** FlatRun's figures out of a survey. It has no word for `partial`, which needs somebody as much as an error does. */
export function countStats({ list, containers, takenAt }: Survey, system: SystemStats): Stats {
  const count = (...wanted: string[]) => list.deployments.filter(({ status }) => wanted.includes(status)).length
  const running = containers.filter(({ state }) => state === 'running').length
  return {
    deployments: {
      total_deployments: list.deployments.length,
      running: count('running'),
      stopped: count('stopped'),
      error: count('error', 'partial'),
      unknown: count('unknown'),
      last_updated: new Date(takenAt).toISOString()
    },
    containers: { total: containers.length, running, stopped: containers.length - running },
    system
  }
}
