import type { Problem, ProblemKind } from '../../schemas/alerts/incident.ts'
import { overOf } from '../peer-faults.ts'
import { nameIn, type ServerFacts } from './facts.ts'
import { isUnlisted } from './unlisted.ts'

const WORDS: Record<Exclude<ProblemKind, 'peer' | 'deployment' | 'restarts'>, string> = {
  disk: 'disk has room again',
  memory: 'memory has room again',
  load: 'the load is normal again',
  engine: 'the container engine answers again',
  flatrun: 'FlatRun’s agent answers again',
  certificate: 'its certificate was renewed',
  clock: 'its clock is right again',
  backup: 'a new backup was made',
  alert: 'messages arrive again'
}

const deploymentOf = ({ key, kind, server_id }: Problem, deployments: ServerFacts['deployments'] = []) =>
  deployments.find(({ name }) => name === key.slice(`${kind} ${server_id} `.length))

/** Its fault is another one now: a loop that ended in a service that does not run. */
export function isStillUnwell(problem: Problem, { deployments }: Pick<ServerFacts, 'deployments'>): boolean {
  if (problem.kind !== 'deployment' && problem.kind !== 'restarts') return false
  const now = deploymentOf(problem, deployments)
  return now !== undefined && now.status !== 'running' && now.status !== 'stopped'
}

/** How a problem ended, by what is known of its server now: a deployment may have been mended, stopped or deleted. */
export function outcomeOf(problem: Problem, { deployments }: Pick<ServerFacts, 'deployments'>): string {
  const { key, kind, server_id, title } = problem
  if (kind === 'peer') return overOf(title)
  if (kind !== 'deployment' && kind !== 'restarts') return WORDS[kind]
  if (isUnlisted(problem)) return 'its deployments are listed again'
  const name = key.slice(`${kind} ${server_id} `.length)
  const now = deploymentOf(problem, deployments)
  const is = !now ? 'is no longer there' : now.status === 'stopped' ? 'is stopped now' : 'is well again'
  return `deployment ${nameIn(name)} ${is}`
}
