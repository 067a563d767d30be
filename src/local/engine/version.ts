import { isRecord, textOf } from '../../untyped.ts'
import { EngineFailure } from './failure.ts'

/** The newest version of the engine's API that this was written for, and the oldest that has all of it. */
const NEWEST = '1.52'
const OLDEST = '1.24'

/** The version to speak: the engine's own or the newest known here, whichever is older. Takes the answer of `/version`. */
export function negotiate(answer: unknown): string {
  const theirs = isRecord(answer) ? textOf(answer.ApiVersion) : undefined
  if (!isRecord(answer) || theirs === undefined || !/^\d+\.\d+$/.test(theirs)) {
    throw new EngineFailure('incompatible', 'What answers on docker_socket is no container engine')
  }
  const least = textOf(answer.MinAPIVersion) ?? OLDEST
  const version = older(theirs, NEWEST)
  if (older(version, least) === version && version !== least) {
    throw incompatible(`speaks API ${least} to ${theirs}, newer than the ${NEWEST} that this agent knows: update it`)
  }
  if (older(version, OLDEST) === version && version !== OLDEST) {
    throw incompatible(`speaks API ${theirs}; at least ${OLDEST} is needed: update the engine`)
  }
  return version
}

const incompatible = (what: string) => new EngineFailure('incompatible', `The container engine ${what}`)

function older(a: string, b: string): string {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number)
  const [majorB = 0, minorB = 0] = b.split('.').map(Number)
  return majorA * 1_000 + minorA < majorB * 1_000 + minorB ? a : b
}
