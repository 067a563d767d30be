import type { Clock } from '../../../machines/clock.ts'
import { startDeadline } from '../../remote/deadline.ts'
import { failure, failureOf, RemoteFailure } from '../../remote/failure.ts'
import type { PeerHealth, Verdict } from '../../schemas/health.ts'
import type { AskNode, AskNodeOptions } from './ask-node.ts'
import { createRemembered, type Remembered } from './last-good.ts'
import { type AggregateKind, entryText, inline } from './splice-json.ts'

export interface FanOutOptions extends AskNodeOptions {
  peers(): readonly PeerHealth[]
  selfName(): string
  /** Of all data in one aggregate. */
  maxTotalBytes?: number
  /** The last good answers; those of a run before, where they were kept. */
  remembered?: Remembered
}

export interface AggregateQuery {
  /** Only these, compared without case; one that is no member has an entry that says so. */
  servers?: readonly string[]
  /** Only deployments of this status. */
  status?: string
  /** Only the deployment of this name: where it is. */
  name?: string
  /** The last good answer of a node that gives none now. */
  stale?: boolean
}

/** What one node gave, as text that can be sent. */
export interface Entry {
  name: string
  text: string
  answered: boolean
}

/** This node's own answers, cut to what one caller may see. Who has such a part is told of no other node. */
export type OwnPart = AskNodeOptions['local']

interface Node {
  id: string
  name: string
  state: Verdict
  ask(kind: AggregateKind, signal: AbortSignal): Promise<string>
}

/**
 * Sends one question to all nodes, or with `own` to this one alone. Each promise resolves, to the node's answer or to
 * what was wrong with it.
 */
export function createFanOut(options: FanOutOptions & { clock: Clock; asking: AskNode }) {
  const { maxTotalBytes = 64 << 20, splice = inline, clock, asking, remembered = createRemembered() } = options

  return function fanOut(
    kind: AggregateKind,
    query: AggregateQuery,
    signal: AbortSignal,
    own?: OwnPart
  ): Promise<Entry>[] {
    const total = new AbortController()
    const stopDeadline = startDeadline(options.remote.deadlines.aggregateTotalMs, () => total.abort(), clock)
    const leave = () => total.abort()
    signal.addEventListener('abort', leave, { once: true })
    let bytes = 0

    async function entryOf({ id, name, state, ask }: Node): Promise<Entry> {
      const key = `${kind} ${id}`
      try {
        const data = await ask(kind, total.signal)
        bytes += data.length
        if (bytes > maxTotalBytes)
          throw new RemoteFailure('too_large', 'the answers of all servers together are too large')
        if (!own) remembered.keep(key, data, clock.now())
        return { name, answered: true, text: entryText({ name, online: true, state, age_ms: 0 }, await filtered(data)) }
      } catch (error) {
        const reason = total.signal.aborted ? failure('timeout') : failureOf(error)
        const failed = { name, online: false, state, error: reason.message, code: reason.class }
        const last = query.stale && !own ? remembered.get(key) : undefined
        const old = last && (await filtered(last.text).catch(() => undefined))
        if (!last || old === undefined) return { name, answered: false, text: entryText(failed) }
        const age_ms = Math.round(clock.now() - last.at)
        return { name, answered: false, text: entryText({ ...failed, age_ms, stale: true }, old) }
      }
    }

    const asIs = kind !== 'deployments' || (query.status === undefined && query.name === undefined)
    const filtered = async (data: string) => (asIs ? data : splice.matching(data, query))

    const asked = own ? [selfNode((kind, signal) => asking.own(kind, own, signal))] : nodes()
    const entries = chosen(asked, query.servers).map(entryOf)
    Promise.all(entries).finally(() => {
      stopDeadline()
      signal.removeEventListener('abort', leave)
    })
    return entries
  }

  /** Those that were online a moment ago go first, so that no hanging one keeps them waiting for its place. */
  function nodes(): Node[] {
    const peers = options.peers().map((peer) => nodeOf(peer, (kind, signal) => asking.peer(kind, peer, signal)))
    return [
      selfNode(asking.self),
      ...peers.filter(({ state }) => state === 'online'),
      ...peers.filter(({ state }) => state !== 'online')
    ]
  }

  function selfNode(ask: Node['ask']): Node {
    return { id: 'self', name: options.selfName(), state: 'online', ask }
  }
}

const nodeOf = ({ id, name, verdict }: PeerHealth, ask: Node['ask']): Node => ({ id, name, state: verdict, ask })

function chosen(nodes: Node[], servers: readonly string[] | undefined): Node[] {
  if (!servers) return nodes
  const wanted = new Map(servers.map((name) => [name.toLowerCase(), name]))
  const known = nodes.filter(({ name }) => wanted.delete(name.toLowerCase()))
  return [...known, ...[...wanted.values()].map(stranger)]
}

const stranger = (name: string): Node => ({
  id: '',
  name,
  state: 'unknown',
  ask: () => Promise.reject(new RemoteFailure('internal', 'no server of this name is a member here'))
})
