import type { StepFailure } from '../../../machines/joining.ts'
import { BadPeerAnswer } from '../../errors/joining.ts'
import { StoreFailed } from '../../errors/requests.ts'
import { RemoteFailure } from '../../remote/failure.ts'

const UNREACHED: ReadonlySet<string> = new Set(['dns', 'refused', 'tls', 'address'])
/** Nothing of the request reached the other server. */
export const neverArrived = (error: unknown) =>
  error instanceof Error && error.cause instanceof RemoteFailure && UNREACHED.has(error.cause.class)

/** How a step failed, as the machine wants to know it. */
export function stepFailure(error: unknown): StepFailure {
  if (!(error instanceof Error)) return { code: 'internal', sentence: 'Joining failed', outcome: 'refused' }
  const code = 'code' in error && typeof error.code === 'string' ? error.code.toLowerCase() : 'internal'
  return { code, sentence: error.message, outcome: outcomeOf(error) }
}

function outcomeOf(error: Error): StepFailure['outcome'] {
  if (error instanceof StoreFailed) return 'unstored'
  // It was changed on the way, or is somebody else's: what the inviter itself did is not known.
  if (error instanceof BadPeerAnswer) return 'unknown'
  const reason = error.cause
  if (!(reason instanceof RemoteFailure)) return 'refused'
  if (UNREACHED.has(reason.class)) return 'unreached'
  return reason.status !== undefined && reason.status >= 400 && reason.status < 500 ? 'refused' : 'unknown'
}
