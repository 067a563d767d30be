import type { Problem, ProblemKind } from '../schemas/incident.ts'
import { nameIn, type ServerFacts } from './facts.ts'

const WORDS: Record<Exclude<ProblemKind, 'deployment' | 'restarts'>, string> = {
  peer: 'answers again',
  disk: 'disk has room again',
  memory: 'memory has room again',
  load: 'the load is normal again',
  engine: 'the container engine answers again',
  certificate: 'its certificate was renewed',
  clock: 'its clock is right again',
  backup: 'a new backup was made',
  alert: 'messages arrive again'
}

/** How a problem ended, by what is known of its server now: a deployment may have been mended, stopped or deleted. */
export function outcomeOf(
  { key, kind, server_id }: Problem,
  { deployments = [] }: Pick<ServerFacts, 'deployments'>
): string {
  if (kind !== 'deployment' && kind !== 'restarts') return WORDS[kind]
  const name = key.slice(`${kind} ${server_id} `.length)
  const now = deployments.find((one) => one.name === name)
  const is = !now ? 'is no longer there' : now.status === 'stopped' ? 'is stopped now' : 'is well again'
  return `deployment ${nameIn(name)} ${is}`
}
