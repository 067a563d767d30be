import type { Remote } from '../../remote/client.ts'
import type { PeerTarget } from '../../remote/target.ts'
import type { Verdict } from '../../schemas/health.ts'
import type { Member } from '../../schemas/peer.ts'
import type { UpstreamCall, UpstreamRequest, UpstreamSink } from '../../schemas/upstream.ts'
import type { Members } from '../../store/members.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { reasonOf } from '../liveness/reason.ts'
import { targetOf } from './transport.ts'

interface UpstreamsOptions {
  members: Pick<Members, 'byName'>
  cluster: Pick<Cluster, 'peer'>
  remote: Pick<Remote, 'carry'>
  now?: () => number
}

/** A peer to which requests can be passed on. */
export interface Upstream {
  id: string
  name: string
  verdict: Verdict
  /** The path of its URL, without trailing slash. */
  base: string
  /** Why it is as it is, as a sentence. */
  reason(): string
  /** When it is asked again, in seconds from now. */
  retryAfterS(): number
  carry(request: UpstreamRequest, sink: UpstreamSink): UpstreamCall
}

/** Finds the peer of a name, as the proxy needs it: where it stands, and a way to it that holds neither key nor address. */
export function createUpstreams({ members, cluster, remote, now = Date.now }: UpstreamsOptions) {
  /** Records are replaced when they change, so what follows from one is found by it. */
  const places = new WeakMap<Member, { target: PeerTarget; base: string }>()

  function placeOf(member: Member) {
    const known = places.get(member)
    if (known) return known
    const place = { target: targetOf(member), base: new URL(member.url).pathname.replace(/\/+$/, '') }
    places.set(member, place)
    return place
  }

  return function find(name: string): Upstream | undefined {
    const member = members.byName(name)
    if (!member) return undefined
    const health = cluster.peer(member.id)
    const { target, base } = placeOf(member)
    return {
      id: member.id,
      name: member.name,
      verdict: health?.verdict ?? 'unknown',
      base,
      reason: () => (health ? reasonOf(health) : 'it is not watched yet'),
      retryAfterS: () => ((health?.nextProbeAt ?? now()) - now()) / 1_000,
      carry: (request, sink) => remote.carry(target, request, sink)
    }
  }
}
