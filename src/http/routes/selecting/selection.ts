import { Type } from 'typebox'
import type { Selection } from '../../../schemas/selection/selection.ts'
import { operator } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes, whereEnabled } from '../routes.ts'

const Words = (description: string) =>
  Type.Optional(
    Type.Union([Type.String({ maxLength: 16_384 }), Type.Array(Type.String({ maxLength: 16_384 }), { maxItems: 16 })], {
      description
    })
  )

/** How a query says which servers it is about. */
export const SELECTION = {
  servers: Words('Names, web-*, @tag or all, separated by commas; given again, only those that both mean'),
  not: Words('Without these, in the same words')
}

interface Asked {
  servers?: string | string[]
  not?: string | string[]
}

/** Undefined where nothing is said of servers: then all are meant. */
export function selectionOf({ servers, not }: Asked): Selection | undefined {
  if (servers === undefined && not === undefined) return undefined
  return { on: [servers ?? []].flat(), not: [not ?? []].flat() }
}

/** Which servers are meant, before anything is done with them. */
export function selectionRoutes(app: Routes, { self, selecting }: Pick<Services, 'self' | 'selecting'>): void {
  whereEnabled(app, self)
  app.get(
    '/api/cluster/selection',
    {
      config: operator('cluster:read'),
      schema: {
        tags: ['cluster'],
        summary: 'Which servers a selection means: 400 where a word of it means none',
        querystring: Type.Object({
          ...SELECTION,
          for: Type.Optional(
            Type.Enum(['reading', 'changing'], {
              description: 'changing: a tag that a peer gives itself chooses nobody, as where something is changed'
            })
          )
        }),
        response: answers(Type.Object({ servers: Type.Array(Type.String()) }))
      }
    },
    async ({ query }) => ({ servers: selecting.select(selectionOf(query) ?? { on: [] }, query.for ?? 'reading') })
  )
}
