import type { Clock } from '../../../machines/clock.ts'
import { TooManyQuestions } from '../../errors/members.ts'
import { FAILURE_KINDS, type FailureKind, type PeerSpec, type ProbeAnswer } from '../../schemas/health.ts'
import type { Opinion } from '../../schemas/opinions/opinion.ts'
import type { Member } from '../../schemas/peer.ts'
import { createSingleflight } from '../aggregate/singleflight.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { createAllowance } from '../membership/allowance.ts'
import { hasAddress } from '../peers/no-address.ts'
import { specOf } from '../peers/peer-view.ts'
import { QUESTIONS_A_MINUTE } from './asking.ts'

export interface AnsweringOptions {
  members: { all(): readonly Member[] }
  cluster: Pick<Cluster, 'reportContact' | 'reportFailure'>
  /** Asks one peer once, with two seconds for it. Never rejects. */
  probe: (peer: PeerSpec, signal: AbortSignal) => Promise<ProbeAnswer>
  clock: Pick<Clock, 'now'>
}

/** The peer was met, or the question itself failed: neither says that it cannot be reached. */
const SAYS_NOTHING: ReadonlySet<FailureKind> = new Set(['refusal', 'barred', 'own'])

export type Opining = ReturnType<typeof createAnswering>

/**
 * What this node says of a peer to another one that cannot reach it: what a probe finds that is made for the question,
 * never what was known before. The question is no reason to change our own mind; what the probe finds is.
 */
export function createAnswering({ members, cluster, probe, clock }: AnsweringOptions) {
  const mayAsk = createAllowance({ perMinute: QUESTIONS_A_MINUTE, now: clock.now })
  const share = createSingleflight<ProbeAnswer>()

  return async function opinionOf(about: string, asker: Pick<Member, 'id'>): Promise<Opinion> {
    if (!mayAsk(asker.id)) throw new TooManyQuestions(QUESTIONS_A_MINUTE)
    const subject = members.all().find(({ nodeId, state }) => nodeId === about && state === 'active')
    if (!subject || subject.id === asker.id) return { opinion: 'unknown' }
    const answer = await share(subject.id, new AbortController().signal, (signal) => probe(specOf(subject), signal))
    if (answer.ok) {
      cluster.reportContact(subject.id)
      const { url, reach } = subject
      const where = reach === undefined && hasAddress(url) ? { url } : {}
      return { opinion: 'up', latency_ms: Math.round(answer.durationMs * 10) / 10, ...where }
    }
    if (SAYS_NOTHING.has(FAILURE_KINDS[answer.class])) return { opinion: 'unknown' }
    cluster.reportFailure(subject.id)
    return { opinion: 'down', class: answer.class }
  }
}
