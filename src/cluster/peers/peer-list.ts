import type { PeerHealth } from '../../schemas/health.ts'
import type { Member } from '../../schemas/peer.ts'
import type { Members } from '../../store/members.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { viewOf } from './peer-view.ts'

interface PeerListOptions {
  members: Pick<Members, 'all'>
  cluster: Pick<Cluster, 'peer'>
}

export type PeerList = ReturnType<typeof createPeerList>

/**
 * All peers as the text that the wire has, sorted by name. Of a thousand peers a few change between two calls: only
 * those are written anew, and when none did, the same bytes are given again.
 */
export function createPeerList({ members, cluster }: PeerListOptions) {
  const written = new WeakMap<Member, { health: PeerHealth | undefined; text: string }>()
  let known: ReadonlySet<Member> = new Set()
  let sorted: readonly Member[] = []
  let texts: readonly string[] = []
  let body: Buffer | undefined

  /** Records are replaced when they change, so the order holds as long as all of them are known. */
  function inOrder(): readonly Member[] {
    const all = members.all()
    if (all.length === known.size && all.every((member) => known.has(member))) return sorted
    known = new Set(all)
    sorted = [...all].sort((a, b) => a.name.localeCompare(b.name))
    return sorted
  }

  function textOf(member: Member): string {
    const health = cluster.peer(member.id)
    const before = written.get(member)
    if (before && before.health === health) return before.text
    const text = JSON.stringify(viewOf(member, health))
    written.set(member, { health, text })
    return text
  }

  return function peerList(): Buffer {
    const now = inOrder().map(textOf)
    const unchanged = body && now.length === texts.length && now.every((text, at) => text === texts[at])
    if (body && unchanged) return body
    texts = now
    body = Buffer.from(`{"peers":[${now.join(',')}]}`)
    return body
  }
}
