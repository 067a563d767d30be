import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { forgetPeer } from './forget.ts'

/** A request that has been answered, or has gone away. */
export interface Ended {
  method: string
  /** The template, never the path that was asked. */
  route: string
  code: number
  seconds: number
  /** The known peer that it was passed on to. */
  peer?: string
  /** It asked all servers for this. */
  aggregate?: string
  /** It lasts as long as somebody reads: its duration says nothing. */
  stream: boolean
}

const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What this server was asked, and how long it took. */
export function countRequests(registers: Registry[]) {
  const histogram = (name: string, help: string, labelNames: string[]) =>
    new Histogram({ name: `flatrun_cluster_${name}`, help, labelNames, registers, buckets: BUCKETS })
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name: `flatrun_cluster_${name}`, help, labelNames, registers })
  const durations = histogram('http_request_duration_seconds', 'Requests to this server', ['method', 'route', 'code'])
  const proxied = counter('proxy_requests_total', 'Requests passed on to peers', ['peer', 'method', 'code'])
  // By method, not by peer: a histogram for each of a thousand peers would make a scrape stop everything else.
  const passages = histogram('proxy_request_duration_seconds', 'Requests passed on to peers', ['method'])
  const aggregates = histogram('aggregate_duration_seconds', 'Questions to all servers', ['kind'])
  const refused = counter('requests_refused_total', 'Requests without the right key, or too many of them', ['code'])
  const streams = new Gauge({
    ...{ name: 'flatrun_cluster_event_stream_clients', help: 'Readers of the stream of events', registers }
  })
  const inFlight = new Gauge({
    ...{ name: 'flatrun_cluster_http_requests_in_flight', help: 'Requests that are being answered', registers }
  })

  return {
    began(route: string): void {
      inFlight.inc()
      if (route === EVENTS) streams.inc()
    },
    ended({ method, route, code, seconds, peer, aggregate, stream }: Ended): void {
      inFlight.dec()
      if (route === EVENTS) streams.dec()
      if (!stream) durations.observe({ method, route, code }, seconds)
      if (code === 401 || code === 403 || code === 429) refused.inc({ code })
      if (aggregate !== undefined) aggregates.observe({ kind: aggregate }, seconds)
      if (peer === undefined) return
      proxied.inc({ peer, method, code })
      passages.observe({ method }, seconds)
    },
    forget: (peer: string) => void forgetPeer(proxied, peer)
  }
}

const EVENTS = '/api/cluster/events'
