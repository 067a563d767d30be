import type { Stats, SystemStats } from '../../schemas/deployments/stats.ts'
import { ownersOf } from './container-views.ts'
import type { Survey } from './survey.ts'

/**
 * FlatRun's figures out of a survey, of the deployments that `counts` lets in; '' stands for containers of none. FlatRun
 * has no word for `partial`, which needs somebody as much as an error does.
 */
export function countStats(survey: Survey, system: SystemStats, counts: (deployment: string) => boolean): Stats {
  const deployments = survey.list.deployments.filter(({ name }) => counts(name))
  const ownerOf = ownersOf(survey)
  const containers = survey.containers.filter((container) => counts(ownerOf(container) ?? ''))
  const count = (...wanted: string[]) => deployments.filter(({ status }) => wanted.includes(status)).length
  const running = containers.filter(({ state }) => state === 'running').length
  return {
    deployments: {
      total_deployments: deployments.length,
      running: count('running'),
      stopped: count('stopped'),
      error: count('error', 'partial'),
      unknown: count('unknown'),
      last_updated: new Date(survey.takenAt).toISOString()
    },
    containers: { total: containers.length, running, stopped: containers.length - running },
    system
  }
}
