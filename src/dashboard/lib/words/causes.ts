import type { FailureClass } from '../../../schemas/health.ts'

/** Why a server gave nothing, in words. */
export const CAUSES: Record<FailureClass, string> = {
  dns: 'name not found',
  refused: 'connection refused',
  reset: 'connection cut',
  timeout: 'no answer in time',
  tls: 'certificate not accepted',
  http: 'answered with an error',
  not_agent: 'no agent at that address',
  key_refused: 'refuses our key',
  too_large: 'answer too large',
  bad_json: 'answer unreadable',
  address: 'address not allowed',
  aborted: 'given up',
  internal: 'fault on this side',
  forbidden: 'not allowed by its policy',
  clock_skew: 'clocks differ',
  unlinked: 'has not dialled us'
}
