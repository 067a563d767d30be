import type { Problem } from '../../schemas/alerts/incident.ts'
import type { PeerHealth, Verdict } from '../../schemas/health.ts'
import { peerKey } from '../incidents/incidents.ts'

const TITLES: Partial<Record<Verdict, string>> = {
  offline: 'does not answer',
  rejected: 'refuses our key',
  skewed: 'has a clock that is too far off',
  incompatible: 'is reached, but no agent answers there',
  quarantined: 'is not watched any more'
}

/** Whether people are told of a peer in that state. That somebody removed or suspended it, or lets it wait, is no failure. */
export const isAway = (verdict: Verdict) => TITLES[verdict] !== undefined

export function peerProblem(peer: PeerHealth, reason: string, known?: string): Problem {
  const { id, name, verdict, since, opinions } = peer
  const link = isLink(peer)
  return {
    ...{ key: peerKey(id), kind: 'peer', server: name, server_id: id, since },
    title: TITLES[verdict] ?? verdict,
    detail: reason,
    ...(known !== undefined && { known }),
    grave: !link,
    ...(link && { local: true }),
    ...(opinions?.scope === 'confirmed' && { confirmed: true })
  }
}

/** What others reach, or what this server may be cut off from, is no outage for those who are woken by one. */
export const isLink = ({ opinions }: PeerHealth) => opinions?.scope === 'here_only' || opinions?.scope === 'cut_off'
