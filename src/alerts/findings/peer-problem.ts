import type { Problem } from '../../schemas/alerts/incident.ts'
import type { PeerHealth, Verdict } from '../../schemas/health.ts'
import { peerKey } from '../incidents.ts'

const TITLES: Partial<Record<Verdict, string>> = {
  offline: 'does not answer',
  rejected: 'refuses our key',
  skewed: 'has a clock that is too far off',
  incompatible: 'is reached, but no agent answers there',
  quarantined: 'is not watched any more'
}

/** Whether people are told of a peer in that state. That somebody removed or suspended it, or lets it wait, is no failure. */
export const isAway = (verdict: Verdict) => TITLES[verdict] !== undefined

export const peerProblem = ({ id, name, verdict, since }: PeerHealth, reason: string, known?: string): Problem => ({
  key: peerKey(id),
  kind: 'peer',
  server: name,
  server_id: id,
  since,
  title: TITLES[verdict] ?? verdict,
  detail: reason,
  ...(known !== undefined && { known }),
  grave: true
})
