import type { Problem } from '../../schemas/alerts/incident.ts'
import type { PeerHealth } from '../../schemas/health.ts'
import { peerKey } from '../incidents/incidents.ts'
import { faultOf } from '../peer-faults.ts'

export function peerProblem(peer: PeerHealth, reason: string, known?: string): Problem {
  const { id, name, since, opinions } = peer
  const link = isLink(peer)
  return {
    ...{ key: peerKey(id), kind: 'peer', server: name, server_id: id, since },
    title: faultOf(peer),
    detail: reason,
    ...(known !== undefined && { known }),
    grave: !link,
    ...(link && { local: true }),
    ...(opinions?.scope === 'confirmed' && { confirmed: true })
  }
}

/** What others reach, or what this server may be cut off from, is no outage for those who are woken by one. */
export const isLink = ({ opinions }: PeerHealth) => opinions?.scope === 'here_only' || opinions?.scope === 'cut_off'
