import { signal } from '@preact/signals'
import type { ActorList, ActorView } from '../../schemas/inspection/actor.ts'
import type { Api } from '../lib/access/api.ts'
import { createResource } from '../lib/data/resource.ts'

/** A change of an actor's states that was seen while somebody looked. */
export interface Move {
  at: number
  id: string
  name: string
  from: string
  to: string
}

const KEPT = 20

/** The running machines, looked at each second, and what changed from one look to the next. */
export function createActorWatch(api: Api, { peer, everyMs }: { peer?: string; everyMs: number }) {
  const moves = signal<readonly Move[]>([])
  let before = new Map<string, ActorView>()

  const list = createResource<ActorList>({
    load: async (signal) => {
      const query = peer === undefined ? 'limit=2000' : `peer=${encodeURIComponent(peer)}`
      const answer = await api.get<ActorList>(`/cluster/machines?${query}`, signal)
      const now = new Map(answer.actors.map((actor) => [actor.id, actor]))
      const seen = answer.actors.flatMap((actor) => movesOf(before.get(actor.id), actor))
      if (before.size > 0 && seen.length > 0) moves.value = [...seen, ...moves.value].slice(0, KEPT)
      before = now
      return answer
    },
    everyMs
  })
  return { list, moves }
}

/** One line for each region whose state is another one. */
function movesOf(before: ActorView | undefined, after: ActorView): Move[] {
  if (!before) return []
  const gone = before.states.filter((state) => !after.states.includes(state))
  const come = after.states.filter((state) => !before.states.includes(state))
  return come.map((to, index) => ({
    at: Date.now(),
    id: after.id,
    name: after.peer ?? after.machine,
    from: gone.find((state) => regionOf(state) === regionOf(to)) ?? gone[index] ?? '',
    to
  }))
}

const regionOf = (state: string) => state.split('.').slice(0, -1).join('.')
