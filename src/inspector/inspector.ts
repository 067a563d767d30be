import type { AnyActor, AnyActorRef, InspectionEvent, Subscription } from 'xstate'
import type { Inspector, Listener, Scope, Watching } from '../schemas/inspection/inspection.ts'
import { asActor, withDescendants } from './actors.ts'
import { eventMessage, machineOf, snapshotMessage } from './messages.ts'
import { type Happening, viewOf } from './scope.ts'
import { createWatcher, WATCHER_LIMITS, type Watcher, type WatcherLimits } from './watcher.ts'

interface InspectorOptions {
  /** The root actors that run now. */
  roots: () => readonly AnyActorRef[]
  /** Calls back for every root that is made later, before it starts; until the returned function is called. */
  onRoot: (listener: (root: AnyActorRef) => void) => () => void
  /** What people call an actor, if not by its id. */
  nameOf?: (actorId: string) => string | undefined
  limits?: Partial<WatcherLimits>
  now?: () => number
  onFault?: (fault: unknown) => void
}

/**
 * The actors of this process, told to whoever watches. Nothing is attached to them as long as nobody does, so that
 * then it costs nothing; and whatever goes wrong here stays here.
 */
export function createInspector(options: InspectorOptions): Inspector {
  const { roots, onRoot, nameOf, now = () => performance.now(), onFault = () => {} } = options
  const limits = { ...WATCHER_LIMITS, ...options.limits }
  const watchers = new Set<Watcher>()
  const attached = new Map<AnyActor, Subscription>()
  let stopListening = () => {}

  function attach(reference: AnyActorRef) {
    const root = asActor(reference)
    if (!root || attached.has(root)) return
    attached.set(root, root.system.inspect({ next: (event) => guarded(() => heard(root, event)) }))
  }

  function detach(root: AnyActor) {
    attached.get(root)?.unsubscribe()
    attached.delete(root)
  }

  function heard(root: AnyActor, inspected: InspectionEvent) {
    if (inspected.type !== '@xstate.event' && inspected.type !== '@xstate.snapshot') return
    const actor = asActor(inspected.actorRef)
    if (!actor) return
    const { event } = inspected
    if (inspected.type === '@xstate.event') {
      const source = asActor(inspected.sourceRef)
      message({ root, actor, source, event })
      // A crashed actor says nothing any more; its parent is told.
      if (source && event.type.startsWith('xstate.error.'))
        state({ root, actor: source, source, event }, source.getSnapshot())
    } else {
      state({ root, actor, source: undefined, event }, inspected.snapshot)
      if (actor === root && inspected.snapshot.status !== 'active') detach(root)
    }
  }

  function message(happening: Happening) {
    const { root, actor, source, event } = happening
    const text = once(() =>
      eventMessage({ sessionId: actor.sessionId, rootId: root.sessionId }, event, source?.sessionId)
    )
    for (const watcher of watchers) {
      if (watcher.view.root(root) && watcher.view.message(happening)) watcher.message(happening, text)
    }
  }

  function state(happening: Happening, snapshot: unknown) {
    const { root, actor, event } = happening
    const text = once(() => snapshotMessage({ sessionId: actor.sessionId, rootId: root.sessionId }, snapshot, event))
    for (const watcher of watchers) {
      if (watcher.view.root(root) && watcher.view.whole(actor)) watcher.state(happening, text)
    }
  }

  function guarded(run: () => void) {
    try {
      run()
    } catch (fault) {
      onFault(fault)
    }
  }

  return {
    watch(listener: Listener, scope: Scope): Watching {
      const view = viewOf(scope)
      const name = (actor: AnyActor) => nameOf?.(actor.id) ?? ownName(actor)
      const watcher = createWatcher({ listener, view, nameOf: name, limits, now })
      if (watchers.size === 0) {
        stopListening = onRoot(attach)
        for (const root of roots()) attach(root)
      }
      watchers.add(watcher)
      for (const root of attached.keys()) {
        if (!view.root(root)) continue
        for (const actor of withDescendants(root)) if (view.whole(actor)) watcher.owe(actor)
      }
      return {
        beat: () => guarded(watcher.beat),
        stop() {
          if (!watchers.delete(watcher) || watchers.size > 0) return
          stopListening()
          for (const root of [...attached.keys()]) detach(root)
        }
      }
    },
    watchers: () => watchers.size
  }
}

/** Ids that nobody gave by hand say less than what the actor is. */
function ownName(actor: AnyActor): string {
  const { id, src } = actor
  if (typeof src === 'string' && /^\d+\./.test(id)) return src
  const machine = machineOf(actor)
  if (!machine) return id
  return id === actor.sessionId ? machine.id : id.length === 36 ? `${machine.id} ${id.slice(0, 8)}` : id
}

/** Written once, however many watch. */
function once(write: () => string): () => string {
  let text: string | undefined
  return () => {
    text ??= write()
    return text
  }
}
