import type { FastifyInstance } from 'fastify'
import { isAbout } from '../../src/cluster/timeline/window.ts'
import type { ClusterEvent } from '../../src/schemas/event.ts'
import { selected } from '../../src/schemas/selection/selection.ts'
import type { Timeline, TimelineRow } from '../../src/schemas/timeline/timeline.ts'
import { ago, type World } from './world.ts'

interface Query {
  from?: string
  to?: string
  deployment?: string
  before?: string
  limit?: string
  servers?: string | string[]
  about?: string
}

/** What happened on all servers: the events of the invented node, and what somebody did. */
export function timelineRoutes(app: FastifyInstance, world: World): void {
  app.get<{ Querystring: Query }>('/api/cluster/timeline', async ({ query }): Promise<Timeline> => {
    const on = [query.servers ?? []].flat()
    const chosen = new Set(
      on.length === 0
        ? []
        : selected(
            world.servers.map(({ name, tags = [] }) => ({ name, tags })),
            { on }
          ).map(({ name }) => name)
    )
    const all = [...world.events.map((event) => rowOf(event, world)), ...acts(world)]
      .filter(({ at }) => (!query.from || at >= query.from) && (!query.to || at < query.to))
      .filter(({ deployment }) => !query.deployment || deployment === query.deployment)
      .filter((row) => query.about === undefined || isAbout(row, query.about))
      .filter(({ server, peer }) => on.length === 0 || chosen.has(server) || chosen.has(peer ?? ''))
      .sort((a, b) => b.at.localeCompare(a.at))
    const first = Number(query.before ?? 0)
    const end = first + Number(query.limit ?? 200)
    return { rows: all.slice(first, end), servers: servers(world), ...(end < all.length && { next: String(end) }) }
  })
}

const servers = (world: World): Timeline['servers'] =>
  Object.fromEntries(
    world.servers.map(({ name, verdict, error = 'it does not answer' }) => {
      const answered = verdict === 'online' || verdict === 'suspect'
      return [name, { name, answered, state: verdict, acts: answered ? 'all' : 'none', ...(!answered && { error }) }]
    })
  )

function rowOf({ id, at, type, peer, from, to, reason, facts }: ClusterEvent, { self }: World): TimelineRow {
  const [deployment, by] = [facts?.deployment, facts?.by]
  return {
    ...{ id: `${self}.e${id}`, at, server: self, seen_by: [self], type },
    ...(peer !== undefined && { peer }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(reason !== undefined && { reason }),
    ...(facts !== undefined && { facts }),
    ...(typeof deployment === 'string' && { deployment }),
    ...(typeof by === 'string' && { by })
  }
}

const acts = (world: World): TimelineRow[] => [
  {
    ...{ id: `${world.self}.a7`, at: ago(world, 3_600), server: world.self, seen_by: [world.self], type: 'act' },
    by: 'operator admin',
    act: { what: 'PUT /api/cluster/peers/:name/policy', target: 'home-nas', result: 200, times: 1 }
  }
]
