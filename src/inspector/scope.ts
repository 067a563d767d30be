import type { AnyActor, AnyEventObject } from 'xstate'
import type { Scope } from '../schemas/inspection/inspection.ts'
import { machineOf } from './messages.ts'

/** Something that happened: to an actor, by itself or by a message of another's. */
export interface Happening {
  root: AnyActor
  actor: AnyActor
  source: AnyActor | undefined
  event: AnyEventObject
}

export interface View {
  root(root: AnyActor): boolean
  /** Whose every state is shown. */
  whole(actor: AnyActor): boolean
  /** Which messages are shown. */
  message(happening: Happening): boolean
}

const JOINING = 'joining'

/** What somebody sees of all that happens. Of one peer: its actor, and what others are told by it or about it. */
export function viewOf(scope: Scope): View {
  if (scope.kind === 'all') return { root: () => true, whole: () => true, message: () => true }
  if (scope.kind === 'joins') return { root: isJoin, whole: () => true, message: () => true }
  const { id } = scope
  return {
    root: (root) => !isJoin(root),
    whole: (actor) => actor.id === id,
    message: ({ actor, source, event }) => actor.id === id || source?.id === id || isAbout(event, id)
  }
}

const isJoin = (root: AnyActor) => machineOf(root)?.id === JOINING

/** Messages of this house name a peer by `id`, or carry it as `peer`; the prober's have it in their question. */
function isAbout(event: AnyEventObject, id: string): boolean {
  return event.id === id || carries(event, id) || carries(event.question, id)
}

function carries(thing: unknown, id: string): boolean {
  if (typeof thing !== 'object' || thing === null || !('peer' in thing)) return false
  const { peer } = thing
  return typeof peer === 'object' && peer !== null && 'id' in peer && peer.id === id
}
