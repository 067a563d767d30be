import type { Counter, Histogram } from 'prom-client'

/** Drops every series of a peer; without it a removed peer would be scraped for ever. */
export async function forgetPeer(metric: Counter | Histogram, peer: string): Promise<void> {
  const { values } = await metric.get()
  for (const { labels } of values) {
    if (labels.peer !== peer) continue
    const { le: _, ...own } = { le: undefined, ...labels }
    metric.remove(own)
  }
}
