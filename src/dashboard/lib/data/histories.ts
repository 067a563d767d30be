import type { Api } from '../access/api.ts'
import { segment } from '../access/api.ts'
import { wall } from '../words/format.ts'
import { field, list, number, text } from './reading.ts'
import { createResource, type Resource } from './resource.ts'

/** One check of a peer as a bar shows it. */
export interface Check {
  at: number
  ok: boolean
  ms: number | undefined
  why: string
}

/** The last checks of each peer, one resource a peer, asked for only while its bar is on the screen. */
export function createHistories(api: Api) {
  const known = new Map<string, Resource<readonly Check[]>>()
  return {
    checks(name: string): Resource<readonly Check[]> {
      const resource =
        known.get(name) ??
        createResource({
          load: async (signal) => checksOf(await api.get(`/cluster/peers/${segment(name)}`, signal)),
          everyMs: 30_000
        })
      known.set(name, resource)
      return resource
    }
  }
}

function checksOf(detail: unknown): readonly Check[] {
  return list(field(detail, 'checks') ?? field(detail, 'evidence')).map((row) => ({
    at: wall(text(field(row, 'at'))) ?? 0,
    ok: field(row, 'ok') === true,
    ms: number(field(row, 'duration_ms')),
    why: text(field(row, 'detail')) || text(field(row, 'class'))
  }))
}
