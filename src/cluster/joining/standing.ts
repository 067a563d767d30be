import type { Member } from '../../schemas/peer.ts'
import type { Cluster } from '../liveness/liveness.ts'

/** The members as a join finds them: one that refuses our key has removed us, or took us in by half, though it never said so. */
export const standing = (members: readonly Member[], cluster: Pick<Cluster, 'peer'>): Member[] =>
  members.map((member) => (refusesUs(member.id, cluster) ? { ...member, state: 'removed' } : member))

function refusesUs(id: string, cluster: Pick<Cluster, 'peer'>): boolean {
  const { verdict, evidence = [] } = cluster.peer(id) ?? {}
  if (verdict !== 'pending') return verdict === 'rejected'
  const last = evidence.at(-1)
  return last?.ok === false && last.class === 'key_refused'
}
