import type { Verdict } from '../../schemas/health.ts'
import type { UpstreamCall, UpstreamRequest, UpstreamSink } from '../../schemas/upstream.ts'

/** A peer, as far as the proxy needs it: where it stands, and a way to pass a request on. Never its key or address. */
export interface ProxyPeer {
  id: string
  name: string
  verdict: Verdict
  /** Why it is not asked, as a sentence; only looked at when the verdict says so. */
  reason(): string
  /** When it is asked again, in seconds from now. */
  retryAfterS(): number
  /** The path of its URL, without trailing slash. */
  base: string
  carry(request: UpstreamRequest, sink: UpstreamSink): UpstreamCall
}
