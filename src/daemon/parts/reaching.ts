import type { FastifyInstance } from 'fastify'
import type { Self } from '../../cluster/peers/self.ts'
import { createDialBack } from '../../cluster/reach/dial-back.ts'
import { createLinkedPeers } from '../../cluster/reach/linked-peers.ts'
import type { Config } from '../../config/config.ts'
import { createLinkSockets } from '../../http/sockets/link-sockets.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { Store } from '../../store/store.ts'
import { watchOwnAddresses } from '../own-addresses.ts'
import type { Watching } from './watching.ts'

interface ReachingOptions {
  config: Config
  store: Store
  self: Self
  events: EventLog
  watching: Pick<Watching, 'cluster' | 'remote'>
  app: () => FastifyInstance
  /** A peer reaches this server in another way than before. */
  onTurn: () => void
  /** This machine has other addresses. */
  onMoved: () => void
  onFault: (error: unknown) => void
}

const LOOK_EVERY_MS = 25

/** Servers that cannot be dialled: the connections that they open to this one, and those that this one opens. */
export function buildReaching({
  config,
  store,
  self,
  events,
  watching,
  app,
  onTurn,
  onMoved,
  onFault
}: ReachingOptions) {
  const { cluster, remote } = watching
  const { reach: setting, allowInsecureExchange: allowInsecure } = config.cluster
  const sockets = createLinkSockets()
  const linkedPeers = createLinkedPeers({ store, self, remote, cluster, events, allowInsecure, onFault })
  const dialBack = createDialBack({
    ...{ store, self, remote, cluster, events, setting, onTurn, onFault },
    serve: (id, socket) => sockets.serve(app().server, id, socket)
  })
  let stopWatching = () => {}
  let endingLast: NodeJS.Timeout | undefined

  /** The server waits for its connections, and those that peers left to us end by themselves only when they are old. */
  function endLast(): void {
    app().server.getConnections((_error, count) => {
      if (count <= remote.links.count().open) remote.links.close()
    })
  }

  return {
    sockets,
    links: remote.links.count,
    linkedPeers,
    start(): void {
      dialBack.start()
      stopWatching = watchOwnAddresses(() => {
        dialBack.renew()
        onMoved()
      })
    },
    /** Opens no more, and ends what nobody uses; what is asked at this moment, either way, is answered. */
    wind(): void {
      stopWatching()
      dialBack.stop({ all: false })
      remote.links.closeParked()
      endingLast = setInterval(endLast, LOOK_EVERY_MS).unref()
    },
    /** Resolves when peers ask nothing any more. */
    over: sockets.over,
    end(): void {
      clearInterval(endingLast)
      sockets.end()
      remote.links.close()
    }
  }
}

export type Reaching = ReturnType<typeof buildReaching>
