import { Client, type Dispatcher } from 'undici'

/**
 * A few kept connections to one origin, each opened only when those before it are busy. Undici's Pool would do, but
 * sets aside 16 KB for a queue; with thousands of peers that is more than everything else together.
 */
export function createKeptConnections(options: {
  origin: string
  most: number
  client: Client.Options
  onDisconnect: (error: Error) => void
}) {
  const clients: Client[] = []

  return {
    dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
      return leastBusy().dispatch(request, handler)
    },
    async destroy(): Promise<void> {
      await Promise.all(clients.map((client) => client.destroy()))
    }
  }

  function leastBusy(): Client {
    let best: Client | undefined
    let least = Number.POSITIVE_INFINITY
    for (const client of clients) {
      const { size } = client.stats
      if (size === 0) return client
      if (size >= least) continue
      best = client
      least = size
    }
    return best && clients.length >= options.most ? best : open()
  }

  function open(): Client {
    const client = new Client(options.origin, options.client)
    client.on('disconnect', (_origin, _targets, error) => options.onDisconnect(error))
    clients.push(client)
    return client
  }
}
