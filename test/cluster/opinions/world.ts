import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import type { PeerView } from '../../../src/schemas/peer.ts'
import { createClock, type MovedClock } from '../../clock.ts'
import { type NodeOptions, startNode, type TestNode, until } from '../../daemon.ts'
import { joinAll, peersOf } from '../introductions/world.ts'
import { storedOf } from '../signed-post.ts'

/** Of the time that is moved, between two looks: far shorter than any deadline of the machines. */
const STEP_MS = 100
const STEPS_OF_A_LOOK = 5

export interface Mesh {
  nodes: TestNode[]
  clock: MovedClock
  /** From now on nothing that `from` sends arrives at `to`, or all of it again. */
  cut(from: TestNode, to: TestNode): void
  mend(from: TestNode, to: TestNode): void
  /** Lets time pass until it is so. */
  passUntil<T>(look: () => Promise<T | undefined | false> | T | undefined | false, what: string): Promise<T>
  pass(ms: number): Promise<void>
}

/** Real daemons that all know each other, on one clock that the test moves, and whose links it cuts one way. */
export async function startMesh(t: TestContext, names: readonly string[], options: NodeOptions = {}): Promise<Mesh> {
  const clock = createClock()
  const cuts = new Set<string>()
  const traffic = { open: 0 }
  const nodes: TestNode[] = []
  for (const name of names) {
    const node = await startNode(t, { ...options, name, clock })
    watchRequests(node, { traffic, isCut: (from) => cuts.has(`${from} ${node.name}`) })
    nodes.push(node)
  }
  const [door, ...others] = nodes
  if (!door) throw new Error('a mesh of nobody')

  async function step(): Promise<void> {
    await clock.advance(STEP_MS)
    // What was sent in this step comes before time goes on, also on a slow machine.
    do await new Promise((resolve) => setTimeout(resolve, 3))
    while (traffic.open > 0)
  }

  async function passUntil<T>(look: () => Promise<T | undefined | false> | T | undefined | false, what: string) {
    return until(async () => {
      for (let steps = 0; steps < STEPS_OF_A_LOOK; steps++) await step()
      return look()
    }, what)
  }

  for (const other of others) await joinAll(door, other)
  await passUntil(async () => {
    const seen = await Promise.all(nodes.map(peersOf))
    return seen.every((peers) => peers.filter(({ state }) => state === 'online').length === nodes.length - 1)
  }, 'everybody knowing everybody')
  return {
    ...{ nodes, clock, passUntil },
    cut: (from, to) => void cuts.add(`${from.name} ${to.name}`),
    mend: (from, to) => void cuts.delete(`${from.name} ${to.name}`),
    async pass(ms) {
      for (let left = ms; left > 0; left -= STEP_MS) await step()
    }
  }
}

interface Watch {
  traffic: { open: number }
  isCut(from: string): boolean
}

/** Counts the requests that peers have open, and loses those of a member whose way is cut. */
function watchRequests(node: TestNode, { traffic, isCut }: Watch): void {
  const { server } = node.daemon.app
  const answer = server.listeners('request')
  const names = new Map<string, string>()

  function senderOf({ headers }: IncomingMessage): string | undefined {
    const keyId = /keyid="([0-9a-f]{64})"/.exec(String(headers['signature-input']))?.[1]
    if (keyId === undefined) return undefined
    const known = names.get(keyId)
    if (known) return known
    const member = storedOf(node).members.find(({ keyDigest: { current, next, previous } }) =>
      [current, next, previous?.digest].includes(keyId)
    )
    if (member) names.set(keyId, member.name)
    return member?.name
  }

  server.removeAllListeners('request')
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const sender = senderOf(request)
    if (sender !== undefined && isCut(sender)) return request.socket.destroy()
    if (sender !== undefined) {
      traffic.open++
      response.once('close', () => traffic.open--)
    }
    for (const listener of answer) listener.call(server, request, response)
  })
}

export const peerOf = async (node: TestNode, name: string): Promise<PeerView> =>
  (await node.call('GET', `/api/cluster/peers/${name}`)).body
