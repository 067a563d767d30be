/** Of callers who have shown no key; who has shown one is never turned away for another's sake. */
export interface ConnectionLimits {
  /** Above this, strangers make room, and after them known callers on whose connection nothing is asked. */
  total: number
  /** Of strangers from one network. */
  perNetwork: number
  /** How long a stranger's connection may lie idle, or its answer unread. */
  idleMs: number
}

/** One open connection, as far as its place is concerned. */
export interface Connection {
  /** Undefined for this machine itself, which has no limit of its own. */
  network: string | undefined
  /** Bytes that went either way so far. */
  bytes(): number
  end(): void
}

interface Place {
  connection: Connection
  stranger: boolean
  requests: number
  /** Since when it is idle, or was last seen to move. */
  since: number
  bytes: number
}

/**
 * Gives places to connections and takes them away again: a newcomer always gets one, since it may be about to show a key.
 * Those who have shown none make room, the idle ones first, the oldest first.
 */
export function createConnectionLimiter(limits: ConnectionLimits, now = () => performance.now()) {
  const places = new Map<Connection, Place>()
  const queues = createQueues(now)
  const networks = createNetworks()

  function remove(place: Place): void {
    places.delete(place.connection)
    queues.drop(place)
    networks.leave(place)
  }

  function evict(place: Place | undefined): void {
    if (!place) return
    remove(place)
    place.connection.end()
  }

  return {
    opened(connection: Connection): void {
      const place: Place = { connection, stranger: true, requests: 0, since: 0, bytes: 0 }
      places.set(connection, place)
      const tooMany = networks.enter(place, limits.perNetwork)
      evict(tooMany.find(({ requests }) => requests === 0) ?? tooMany[0])
      if (places.size > limits.total) evict(queues.first())
      queues.sort(place)
    },
    /** A request has come. */
    began(connection: Connection): void {
      const place = places.get(connection)
      if (!place) return
      place.requests += 1
      queues.sort(place)
    },
    /** A key was shown, or it belongs to a proxy that speaks for many. */
    known(connection: Connection): void {
      const place = places.get(connection)
      if (!place?.stranger) return
      place.stranger = false
      networks.leave(place)
      queues.sort(place)
    },
    /** A request has its answer. */
    finished(connection: Connection): void {
      const place = places.get(connection)
      if (!place) return
      place.requests -= 1
      queues.sort(place)
    },
    closed(connection: Connection): void {
      const place = places.get(connection)
      if (place) remove(place)
    },
    /** To be called now and then: ends strangers' connections on which nothing moves. */
    sweep(): void {
      for (const queue of queues.strangers) {
        for (const place of queue) {
          if (now() - place.since < limits.idleMs) break
          if (place.requests > 0 && place.connection.bytes() !== place.bytes) queues.sort(place)
          else evict(place)
        }
      }
    },
    count: () => places.size
  }
}

/** Who may be asked to make room; in each queue the one that waits longest is first. */
function createQueues(now: () => number) {
  const idleStrangers = new Set<Place>()
  const busyStrangers = new Set<Place>()
  const idleKnown = new Set<Place>()
  const drop = (place: Place) => {
    for (const queue of [idleStrangers, busyStrangers, idleKnown]) queue.delete(place)
  }

  return {
    drop,
    strangers: [idleStrangers, busyStrangers],
    /** The one that makes room first. */
    first: () => firstOf(idleStrangers) ?? firstOf(busyStrangers) ?? firstOf(idleKnown),
    /** Puts a place where it belongs now. */
    sort(place: Place): void {
      drop(place)
      place.since = now()
      place.bytes = place.connection.bytes()
      if (place.stranger) (place.requests > 0 ? busyStrangers : idleStrangers).add(place)
      else if (place.requests === 0) idleKnown.add(place)
    }
  }
}

const firstOf = (queue: Set<Place>): Place | undefined => queue.values().next().value

/** The strangers of each network. */
function createNetworks() {
  const byNetwork = new Map<string, Set<Place>>()

  return {
    /** Gives the others, where there are too many with this one. */
    enter(place: Place, most: number): Place[] {
      const { network } = place.connection
      if (network === undefined) return []
      const strangers = byNetwork.get(network) ?? new Set()
      byNetwork.set(network, strangers.add(place))
      return strangers.size > most ? [...strangers].filter((other) => other !== place) : []
    },
    leave(place: Place): void {
      const { network } = place.connection
      const strangers = network === undefined ? undefined : byNetwork.get(network)
      strangers?.delete(place)
      if (network !== undefined && strangers?.size === 0) byNetwork.delete(network)
    }
  }
}
