import type { Remote } from '../remote/client.ts'
import type { Verdict } from '../schemas/health.ts'
import type { UpstreamCall, UpstreamRequest, UpstreamSink } from '../schemas/upstream.ts'
import type { Members } from '../store/members.ts'
import type { Cluster } from './cluster.ts'
import { reasonOf } from './reason.ts'
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
  return function find(name: string): Upstream | undefined {
    const member = members.byName(name)
    if (!member) return undefined
    const health = cluster.peer(member.id)
    const target = targetOf(member)
    return {
      id: member.id,
      name: member.name,
      verdict: health?.verdict ?? 'unknown',
      base: new URL(member.url).pathname.replace(/\/+$/, ''),
      reason: () => (health ? reasonOf(health) : 'it is not watched yet'),
      retryAfterS: () => ((health?.nextProbeAt ?? now()) - now()) / 1_000,
      carry: (request, sink) => remote.carry(target, request, sink)
    }
  }
}
