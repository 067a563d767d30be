import type { TestContext } from 'node:test'
import { type NodeOptions, startNode } from '../../daemon.ts'
import { startFakePeer } from '../../fake-peer.ts'
import { LEGACY_KEY, type StandIn, startStandIn } from '../../flatrun/stand-in.ts'

export interface FrontOptions extends NodeOptions {
  /** Without an admin key of FlatRun's. */
  keyless?: boolean
  flatrun?: StandIn
}

/** A daemon in front of a stand-in for FlatRun's agent. */
export async function frontWorld(t: TestContext, { keyless = false, flatrun: given, ...options }: FrontOptions = {}) {
  const flatrun = given ?? (await startStandIn(t))
  const node = await startNode(t, {
    name: 'ours',
    ...options,
    config: { 'flatrun.url': flatrun.url, ...(!keyless && { 'flatrun.api_key': LEGACY_KEY }), ...options.config }
  })

  return {
    node,
    flatrun,
    /** A peer that plays FlatRun, so that its key is known here. */
    async peer(name: string, grants?: unknown[]) {
      const peer = await startFakePeer({ name, auth: 'keys' })
      t.after(peer.close)
      await node.call('POST', '/api/cluster/accept', { invite_token: peer.invite(), peer_url: peer.url })
      if (grants) await node.call('PUT', `/api/cluster/peers/${name}/policy`, { grants })
      return peer
    }
  }
}
