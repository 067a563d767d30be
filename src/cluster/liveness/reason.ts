import { clocksApart, clocksDiffer } from '../../schemas/clock.ts'
import type { FailureClass, PeerHealth, ProbeAnswer } from '../../schemas/health.ts'
import { scopeWords } from '../../schemas/opinions/opinion.ts'

/** Why a peer is what it is, as one sentence for a person. */
export function reasonOf(health: PeerHealth): string {
  const last = health.evidence.at(-1)
  switch (health.verdict) {
    case 'unknown':
      return last && !last.ok ? `No verdict yet; the last probe failed: ${failureWords(last)}` : 'Not asked yet'
    case 'online':
      return `It answer${last?.ok ? `ed within ${Math.round(last.durationMs)} ms` : 's'}${butClock(health)}`
    case 'suspect':
      return `A probe failed: ${failureWords(last)}`
    case 'offline':
      return `${health.failures} probes in a row failed: ${failureWords(last)}${andOthers(health)}`
    case 'rejected':
      return 'It refuses our key; join it again'
    case 'skewed':
      return sentence(clocksDiffer(health.clockOffsetMs ?? 0))
    case 'incompatible':
      return `Something answers at its address that is no agent: ${failureWords(last)}`
    case 'pending':
      return 'The other side has not confirmed the join yet'
    case 'removed':
      return 'It removed this server from its cluster'
    case 'suspended':
      return 'Who introduced it took it back; its keys open nothing here until an operator restores it'
    case 'quarantined':
      return 'Watching it failed too often here; check it to try again'
  }
}

const butClock = ({ clockOffsetMs }: PeerHealth) =>
  clockOffsetMs !== undefined && clocksApart(clockOffsetMs) ? `, but ${clocksDiffer(clockOffsetMs)}` : ''

const andOthers = ({ opinions }: PeerHealth) => (opinions ? `; ${scopeWords(opinions)}` : '')

export const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)

/** What went wrong with one probe, in words. */
function failureWords(answer: ProbeAnswer | undefined): string {
  if (!answer || answer.ok) return 'it does not answer'
  if (answer.class === 'clock_skew' || answer.class === 'unlinked') return answer.detail
  if (answer.class === 'http' && answer.status !== undefined) return `HTTP status ${answer.status}`
  return WORDS[answer.class]
}

const WORDS: Record<FailureClass, string> = {
  dns: 'its name does not resolve',
  refused: 'connection refused',
  reset: 'connection lost',
  timeout: 'no answer in time',
  tls: 'its certificate is not the expected one',
  http: 'an HTTP error',
  not_agent: 'no agent answered',
  key_refused: 'our key is refused',
  too_large: 'its answer is too large',
  bad_json: 'its answer is not JSON',
  address: 'its address may not be dialled',
  aborted: 'the probe was ended early',
  internal: 'the probe itself failed',
  forbidden: 'its policy for this server does not allow that',
  clock_skew: 'the clocks of the two servers differ',
  unlinked: 'it dials us, and has no connection open'
}
