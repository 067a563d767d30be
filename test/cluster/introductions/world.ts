import type { TestContext } from 'node:test'
import { type NodeOptions, startNode, type TestNode, until } from '../../daemon.ts'

/** A node that stands alone. */
export const named = (t: TestContext, name: string, options: NodeOptions = {}) => startNode(t, { name, ...options })

/** `joiner` joins `door` by one invite, and with it all that `door` knows. */
export async function joinAll<Answer>(
  door: Pick<TestNode, 'call'>,
  joiner: { call(method: string, path: string, body: unknown): Promise<Answer> }
): Promise<Answer> {
  const { body } = await door.call('POST', '/api/cluster/invite', { introduce: true, introductions: 'accept' })
  return joiner.call('POST', '/api/cluster/accept', { invite_token: body.invite_token, introductions: 'accept' })
}

export async function peersOf(
  node: TestNode
): Promise<{ name: string; state: string; url: string; introduced_by?: string }[]> {
  return (await node.call('GET', '/api/cluster/peers')).body.peers
}

export async function introductionsOf(node: TestNode) {
  return (await node.call('GET', '/api/cluster/introductions')).body.introductions
}

/** Every node has every other one, online. */
export const mesh = (nodes: readonly TestNode[]) =>
  until(async () => {
    for (const node of nodes) {
      const online = (await peersOf(node)).filter(({ state }) => state === 'online')
      if (online.length !== nodes.length - 1) return false
    }
    return true
  }, 'everybody knowing everybody')

/** What a node waits for until it knows who a peer is. */
export const knows = (node: TestNode, name: string) =>
  until(
    async () => (await node.call('GET', `/api/cluster/peers/${name}`)).body.fingerprint,
    `${node.name} knowing the identity of ${name}`
  )
