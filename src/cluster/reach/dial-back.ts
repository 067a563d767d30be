import type { Socket } from 'node:net'
import type { Remote } from '../../remote/client.ts'
import { type Keeper, keepLinks } from '../../remote/links/keeper.ts'
import { LinkRefused } from '../../remote/links/refused.ts'
import type { EventLog } from '../../schemas/event.ts'
import { isOut, type Member } from '../../schemas/peer.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import type { Self } from '../peers/self.ts'
import { targetOf } from '../peers/transport.ts'
import { createTurning } from './turning.ts'
import type { ReachSetting } from './way-back.ts'

interface DialBackOptions {
  store: Pick<Store, 'members'>
  self: Pick<Self, 'urls'>
  remote: Pick<Remote, 'link'>
  cluster: Pick<Cluster, 'peer' | 'onChange' | 'onAnswer'>
  events: EventLog
  setting: ReachSetting
  /** A peer reaches this server in another way than before. */
  onTurn(): void
  onFault(error: unknown): void
  /** A peer asks over a connection that this server opened. */
  serve(id: string, socket: Socket): void
}

const PATH = '/api/cluster/reverse'
/** It has found out that it can dial us. */
const REACHED_DIRECTLY = 409

/** Keeps connections open to the peers that cannot dial this server, so that they can ask it all the same. */
export function createDialBack(options: DialBackOptions) {
  const { store, self, remote, cluster, events, setting, serve, onTurn, onFault } = options
  const { members } = store
  const takesLinks = ({ id, features }: Member) =>
    features.includes('reverse') || cluster.peer(id)?.features.includes('reverse') === true
  const turning = createTurning({ members, events, setting, takesLinks, onTurn })
  const keepers = new Map<string, Keeper>()
  let running = false
  /** Another one is another network, and the same address may lead here from there. */
  let place = Date.now()

  function reconcile(): void {
    if (!running) return
    const wanted = new Set(members.all().flatMap((member) => (needsLinks(member) ? [member.id] : [])))
    for (const [id, keeper] of keepers) {
      if (wanted.has(id)) continue
      keepers.delete(id)
      // To a peer that is none any more nothing is said; one that dials us now may hear the end of its answers.
      keeper.stop({ all: members.get(id)?.state !== 'active' })
    }
    for (const id of wanted) {
      if (keepers.has(id)) continue
      keepers.set(id, keepLinks({ dial: (signal) => dial(id, signal), serve: (socket) => serve(id, socket) }))
    }
  }

  function needsLinks(member: Member): boolean {
    if (setting === 'direct' || isOut(member)) return false
    return (setting === 'reverse' || member.reachBack === 'reverse') && takesLinks(member)
  }

  async function dial(id: string, signal: AbortSignal): Promise<Socket> {
    const member = members.get(id)
    if (!member) throw new LinkRefused(404, 0)
    // Where it may try to dial us instead. With the setting `reverse` it is not asked to.
    const urls = setting === 'auto' ? self.urls() : []
    const query = new URLSearchParams({ place: `${place}` })
    for (const url of urls) query.append('url', url)
    const path = urls.length === 0 ? PATH : `${PATH}?${query}`
    try {
      return await remote.link(targetOf(member), path, signal)
    } catch (error) {
      // Said by somebody in between it would cut the two apart.
      const isReached = error instanceof LinkRefused && error.status === REACHED_DIRECTLY && error.isOwn
      if (isReached) await turning.reachedDirectly(member)
      throw error
    }
  }

  members.subscribe(reconcile)
  const ends = [
    cluster.onChange(reconcile),
    cluster.onAnswer(({ id }, answer) => {
      if (answer.ok && answer.unreached) turning.dialsInVain(id).catch(onFault)
    })
  ]

  return {
    /** From when this server listens. */
    start(): void {
      running = true
      reconcile()
    },
    /** This machine has another address: what is open leads nowhere, and peers may be able to dial it now. */
    renew(): void {
      place += 1
      for (const keeper of keepers.values()) keeper.renew()
    },
    /** Connections that this server holds open for a peer: those that wait, and those on which it asks. */
    countsOf: (id: string) => keepers.get(id)?.counts(),
    stop({ all }: { all: boolean }): void {
      running = false
      for (const end of ends) end()
      for (const keeper of keepers.values()) keeper.stop({ all })
      keepers.clear()
    }
  }
}
