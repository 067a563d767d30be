import type { Socket } from 'node:net'
import { ReachedDirectly, TooManyLinks } from '../../errors/members.ts'
import { isAgentError } from '../../remote/answers/refusal.ts'
import type { Remote } from '../../remote/client.ts'
import type { EventLog } from '../../schemas/event.ts'
import { FAILURE_KINDS, type FailureKind } from '../../schemas/health.ts'
import { isOut, type Member } from '../../schemas/peer.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { createAllowance } from '../membership/allowance.ts'
import { specOf } from '../peers/peer-view.ts'
import { dialable, type Self } from '../peers/self.ts'
import { type AllowInsecure, targetOf, transportOf } from '../peers/transport.ts'

interface LinkedPeersOptions {
  store: Pick<Store, 'members'>
  self: Pick<Self, 'dialPolicy'>
  remote: Pick<Remote, 'links' | 'requestDirectly' | 'deadlines'>
  cluster: Pick<Cluster, 'updated' | 'reportContact' | 'peer' | 'onLeft'>
  events: EventLog
  allowInsecure: AllowInsecure
  onFault(error: unknown): void
  now?: () => number
}

/** What is said of a connection by who opens it. */
interface LinkQuery {
  /** Where it may be dialled instead, best first. */
  urls: readonly string[]
  /** Another one with each start, and with each other network. */
  place?: string | undefined
}

/** Nothing of it was met there. Its own refusals are no matter of the way. */
const UNREACHED: ReadonlySet<FailureKind> = new Set(['unmet', 'stranger', 'barred'])
const TIMES_IN_VAIN = 2

export type LinkedPeers = ReturnType<typeof createLinkedPeers>

/** Peers that cannot be dialled, and the connections that they open: taken in, given up where a peer can be dialled after all. */
export function createLinkedPeers(options: LinkedPeersOptions) {
  const { store, self, remote, cluster, events, allowInsecure, onFault, now = Date.now } = options
  const { members } = store
  const { links } = remote
  const mayTry = createAllowance({ perMinute: 10 })
  /** Of peers that were found to answer there. */
  const direct = new Map<string, string>()
  /** Since when each has called while it could not be dialled; before that it may have been off. */
  const heard = new Map<string, number>()
  /** Where each was last tried, and from which network of its own: the same is news only after all its connections had ended. */
  const tried = new Map<string, string>()

  // One that says it has removed us is asked no more; one that was removed here is forgotten where that is decided.
  members.subscribe(() => {
    for (const id of links.linked()) if (members.get(id)?.state === 'removed') links.forget(id)
  })

  cluster.onLeft((id) => {
    for (const known of [direct, heard, tried]) known.delete(id)
  })

  async function becomesReverse({ id }: Member): Promise<void> {
    let isNews = false
    const changed = await members.change(id, (member) => {
      isNews = member.reach !== 'reverse'
      return isNews ? { ...member, reach: 'reverse' } : undefined
    })
    if (!changed || !isNews) return
    cluster.reportContact(id)
    tell(changed, 'it opens connections to this server, which asks it over them')
  }

  /** Whether it answers at one of these addresses, with its own key. */
  async function tryDirect(member: Member, urls: readonly string[]): Promise<void> {
    if (!mayTry(member.id)) return
    const url = await firstOf(urls, (one) => answersAt(member, one))
    if (url === undefined) return
    direct.set(member.id, urls.join())
    const changed = await members.change(member.id, ({ reach: _, ...now }) => ({ ...now, url }))
    links.forget(member.id)
    if (!changed) return
    cluster.updated(specOf(changed))
    tell(changed, 'it can be dialled from here now')
  }

  async function answersAt(member: Member, url: string): Promise<boolean> {
    const target = { ...targetOf(member), url }
    const ask = { path: '/api/cluster/status', deadlineMs: remote.deadlines.reachMs, maxBytes: 16_384 }
    try {
      const answer = await remote.requestDirectly(target, ask)
      // Who signs its answers signs a refusal too.
      const isItsOwn = answer.own === true || target.signsAnswers !== true
      return answer.status === 200 || (answer.status === 403 && isItsOwn && isAgentError(answer))
    } catch {
      return false
    }
  }

  function tell({ id, name, reach }: Member, reason: string): void {
    events.publish({ type: 'peer.reach', peer: name, peer_id: id, to: reach ?? 'direct', reason })
  }

  /** Undefined for what may not be dialled, and where requests would travel in another way than agreed. */
  function addressOf(member: Member, text: string): string | undefined {
    const url = dialable(text, self.dialPolicy())
    if (url === undefined) return undefined
    const peer = { kind: 'sealed' as const, features: member.features, pins: member.pins }
    return transportOf(url, peer, allowInsecure) === member.transport ? url : undefined
  }

  const usable = (id: string, given: readonly string[]) => {
    const member = members.get(id)
    return member ? given.flatMap((text) => addressOf(member, text) ?? []) : []
  }

  return {
    /** Before its connection is taken. @throws TooManyLinks, ReachedDirectly */
    assertWanted(id: string, { urls }: LinkQuery): void {
      const isReached = urls.length > 0 && direct.get(id) === usable(id, urls).join()
      if (isReached && !links.isLinked(id)) throw new ReachedDirectly()
      if (!links.hasRoom(id)) throw new TooManyLinks()
    },

    /** Whether it is to be dialled, and nothing came of that though it was heard. To be asked when it calls. */
    isDialledInVain(id: string): boolean {
      const { evidence = [], failures = 0 } = cluster.peer(id) ?? {}
      if (failures === 0 || members.get(id)?.reach !== undefined) heard.delete(id)
      else if (!heard.has(id)) heard.set(id, now())
      const since = heard.get(id)
      if (since === undefined) return false
      const inVain = evidence.slice(-failures).filter(({ at }) => at > since)
      const isInVain =
        inVain.length >= TIMES_IN_VAIN &&
        inVain.every((answer) => !answer.ok && UNREACHED.has(FAILURE_KINDS[answer.class]))
      // That it answered there once keeps it from opening connections no longer.
      if (isInVain) direct.delete(id)
      return isInVain
    },

    take(id: string, socket: Socket, { urls: given, place = '' }: LinkQuery): void {
      const member = members.get(id)
      if (!member || isOut(member)) return void socket.destroy()
      const urls = usable(id, given)
      const from = `${place} ${urls.join()}`
      const isNews = !links.isLinked(id) || from !== tried.get(id)
      tried.set(id, from)
      direct.delete(id)
      links.park(id, socket)
      const known = member.reach === 'reverse' ? undefined : becomesReverse(member)
      Promise.resolve(known)
        .then(() => (urls.length > 0 && isNews ? tryDirect(member, urls) : undefined))
        .catch(onFault)
    }
  }
}

async function firstOf(urls: readonly string[], answers: (url: string) => Promise<boolean>) {
  for (const url of urls) if (await answers(url)) return url
  return undefined
}
