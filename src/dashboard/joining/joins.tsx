import { useMemo } from 'preact/hooks'
import { createResource, useResource } from '../lib/data/resource.ts'
import { useDesk } from '../lib/desk.ts'
import { wall } from '../lib/words/format.ts'
import { Until } from '../parts/ago.tsx'

interface Join {
  id: string
  state: string
  attempts: number
  expires_at: string
  error?: string
}

/** Joins that were interrupted and go on by themselves; nothing is shown where there are none. */
export function JoinsUnderWay() {
  const { api } = useDesk()
  const joins = useMemo(
    () =>
      createResource<readonly Join[]>({
        load: async (signal) => (await api.get<{ joins: Join[] }>('/cluster/joins', signal)).joins,
        everyMs: 5000
      }),
    []
  )
  useResource(joins)
  const open = joins.data.value ?? []
  if (open.length === 0) return null
  return (
    <>
      <div class="section">
        <h2>Joins under way</h2>
      </div>
      <ul class="news">
        {open.map(({ id, state, attempts, expires_at, error }) => (
          <li key={id}>
            <span class="soft small">
              <Until at={wall(expires_at) ?? 0} over="ended" /> left
            </span>
            <span>
              {state}, attempt {attempts}
            </span>
            <span class="foreign">{error ?? 'it goes on by itself'}</span>
          </li>
        ))}
      </ul>
    </>
  )
}
