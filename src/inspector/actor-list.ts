import type { AnyActorRef } from 'xstate'
import type { Actors, ActorView } from '../schemas/inspection/actor.ts'

const STATUSES = ['active', 'done', 'error', 'stopped'] as const

/** The running machines as data, parents before their children. Looks only when asked, and changes nothing. */
export function createActors({ roots }: { roots: () => readonly AnyActorRef[] }): Actors {
  return {
    list({ limit, peer }) {
      const actors: ActorView[] = []
      let total = 0
      const walk = (ref: AnyActorRef, parent: string | undefined) => {
        const { view, children } = look(ref, parent)
        if (view && (peer === undefined || view.peer === peer)) {
          total += 1
          if (actors.length < limit) actors.push(view)
        }
        for (const child of children) walk(child, ref.id)
      }
      for (const root of roots()) walk(root, undefined)
      return { actors, total }
    }
  }
}

function look(ref: AnyActorRef, parent: string | undefined) {
  const snapshot: unknown = ref.getSnapshot()
  const children: readonly AnyActorRef[] = Object.values(record(record(snapshot).children)).filter(isActor)
  // What has no machine, such as a promise, has nothing to be drawn.
  const { value, status, machine, context } = record(snapshot)
  if (value === undefined) return { children }
  const peer = record(record(context).peer).name
  const view: ActorView = {
    id: ref.id,
    machine: String(record(machine).id ?? ''),
    ...(parent !== undefined && { parent }),
    ...(typeof peer === 'string' && { peer }),
    status: STATUSES.find((known) => known === status) ?? 'active',
    states: leaves(value)
  }
  return { view, children }
}

/** `{ probe: 'watching', health: 'online' }` as `probe.watching`, `health.online`. */
function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return Object.entries(record(value)).flatMap(([name, inner]) => {
    const below = leaves(inner)
    return below.length > 0 ? below.map((path) => `${name}.${path}`) : [name]
  })
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

const isActor = (value: unknown): value is AnyActorRef =>
  typeof value === 'object' && value !== null && 'getSnapshot' in value
