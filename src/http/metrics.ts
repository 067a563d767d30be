import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PROXY_PREFIX, peerNameIn } from './proxy/mount.ts'
import { whenOver } from './sockets/when-over.ts'

/** What is told of every request. */
export interface RequestWatch {
  began(route: string): void
  ended(request: {
    method: string
    route: string
    code: number
    seconds: number
    peer?: string
    aggregate?: string
    stream: boolean
  }): void
}

interface WatchOptions {
  watch: RequestWatch
  /** The name of a peer as it is stored; undefined for an unknown name: unknown names never become labels. */
  peerNamed: (name: string) => string | undefined
}

const AGGREGATE = /^\/api\/cluster\/(deployments|stats)$/
const STREAMS = new Set(['/api/cluster/events'])

/** Tells of every request when it comes and when it has ended, by the template of its route. */
export function watchRequests(app: FastifyInstance, { watch, peerNamed }: WatchOptions): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { raw } = reply
    const route = routeOf(request)
    watch.began(route)
    // Not onResponse: it is not called for a caller who leaves before the end, as every reader of events does.
    whenOver(request, reply, () => {
      const peer = route.startsWith(PROXY_PREFIX) ? peerNamed(peerNameIn(request.params)) : undefined
      const aggregate = AGGREGATE.exec(route)?.[1]
      watch.ended({
        method: request.method,
        route,
        code: raw.headersSent || raw.statusCode === 101 ? raw.statusCode : CALLER_LEFT,
        seconds: reply.elapsedTime / 1_000,
        stream: STREAMS.has(route),
        ...(peer !== undefined && { peer }),
        ...(aggregate !== undefined && { aggregate })
      })
    })
    done()
  })
}

/** As nginx has it: nobody was there any more to get an answer. */
const CALLER_LEFT = 499
const routeOf = ({ routeOptions }: FastifyRequest) => routeOptions.url ?? 'none'
