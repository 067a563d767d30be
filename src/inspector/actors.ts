import { Actor, type AnyActor } from 'xstate'

/** XState gives references; what they refer to is an actor whenever it runs in this process. */
export const asActor = (reference: unknown): AnyActor | undefined =>
  reference instanceof Actor ? reference : undefined

export const parentOf = ({ _parent }: AnyActor): AnyActor | undefined => asActor(_parent)

export function rootOf(actor: AnyActor): AnyActor {
  const parent = parentOf(actor)
  return parent ? rootOf(parent) : actor
}

/** An actor and all below it, parents first. */
export function* withDescendants(actor: AnyActor): Generator<AnyActor> {
  yield actor
  const { children = {} } = actor.getSnapshot() ?? {}
  for (const child of Object.values(children)) {
    const one = asActor(child)
    if (one) yield* withDescendants(one)
  }
}
