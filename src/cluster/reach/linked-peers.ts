import type { Socket } from 'node:net'
import { ReachedDirectly, TooManyLinks } from '../../errors/members.ts'
import type { Remote } from '../../remote/client.ts'
import type { EventLog } from '../../schemas/event.ts'
import { isOut, type Member } from '../../schemas/peer.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { createAllowance } from '../membership/allowance.ts'
import { dialable, type Self } from '../peers/self.ts'
import { type AllowInsecure, transportOf } from '../peers/transport.ts'
import { createDialledInVain } from './dialled-in-vain.ts'
import { directAddressOf } from './direct-look.ts'
import { createWayThere } from './way-there.ts'

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

export type LinkedPeers = ReturnType<typeof createLinkedPeers>

/** Peers that cannot be dialled, and the connections that they open: taken in, given up where a peer can be dialled after all. */
export function createLinkedPeers(options: LinkedPeersOptions) {
  const { store, remote, cluster, events, onFault, now = Date.now } = options
  const { members } = store
  const { links } = remote
  const way = createWayThere({ members, cluster, events, links })
  const vain = createDialledInVain({ members, cluster, now })
  const mayTry = createAllowance({ perMinute: 10 })
  /** Of peers that were found to answer there. */
  const direct = new Map<string, string>()
  /** Where each was last tried, and from which network of its own: the same is news only after all its connections had ended. */
  const tried = new Map<string, string>()

  // One that says it has removed us is asked no more; one that was removed here is forgotten where that is decided.
  members.subscribe(() => {
    for (const id of links.linked()) if (members.get(id)?.state === 'removed') links.forget(id)
  })

  cluster.onLeft((id) => {
    for (const known of [direct, tried]) known.delete(id)
    vain.forget(id)
  })

  /** Whether it answers at one of these addresses, with its own key. */
  async function tryDirect(member: Member, urls: readonly string[]): Promise<void> {
    if (!mayTry(member.id)) return
    const url = await directAddressOf(member, urls, remote)
    if (url === undefined) return
    direct.set(member.id, urls.join())
    await way.becomesDirect(member.id, url)
  }

  const usable = (id: string, given: readonly string[]) => {
    const member = members.get(id)
    return member ? given.flatMap((text) => addressOf(member, text, options) ?? []) : []
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
      const isInVain = vain.isInVain(id)
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
      const known = member.reach === 'reverse' ? undefined : way.becomesReverse(member.id)
      Promise.resolve(known)
        .then(() => (urls.length > 0 && isNews ? tryDirect(member, urls) : undefined))
        .catch(onFault)
    }
  }
}

/** Undefined for what may not be dialled, and where requests would travel in another way than agreed. */
function addressOf(
  { features, pins, transport }: Member,
  text: string,
  { self, allowInsecure }: Pick<LinkedPeersOptions, 'self' | 'allowInsecure'>
): string | undefined {
  const url = dialable(text, self.dialPolicy())
  if (url === undefined) return undefined
  return transportOf(url, { kind: 'sealed', features, pins }, allowInsecure) === transport ? url : undefined
}
