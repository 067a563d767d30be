import type { AnyActor } from 'xstate'
import type { Listener, Transmission } from '../schemas/inspection/inspection.ts'
import { parentOf, rootOf } from './actors.ts'
import { actorMessage, definitionMessage, machineOf, snapshotMessage } from './messages.ts'
import type { Happening, View } from './scope.ts'

export interface WatcherLimits {
  /** Bytes that may lie unsent; more would be memory of ours that a slow browser holds. */
  buffered: number
  /** Messages a second, and as many at once. More than that nobody reads. */
  perSecond: number
  /** Actors that are told of at one beat. */
  perBeat: number
}

export const WATCHER_LIMITS: WatcherLimits = { buffered: 1_048_576, perSecond: 500, perBeat: 200 }

interface WatcherOptions {
  listener: Listener
  view: View
  nameOf: (actor: AnyActor) => string
  limits: WatcherLimits
  now: () => number
}

export type Watcher = ReturnType<typeof createWatcher>

/**
 * One who watches: what he was told, and what he has yet to be told. What does not fit is dropped and counted; the
 * newest state of an actor is made up for later, so that what he sees is late at worst, and never wrong for good.
 */
export function createWatcher({ listener, view, nameOf, limits, now }: WatcherOptions) {
  const announced = new WeakSet<AnyActor>()
  const defined = new Set<string>()
  /** Actors whose newest state he has not seen. */
  const behind = new Set<AnyActor>()
  const told: Transmission = { type: 'transmission', actors: 0, sent: 0, dropped_slow: 0, dropped_often: 0 }
  let reported = ''
  let tokens = limits.perSecond
  let filledAt = now()

  const isSlow = () => listener.buffered() > limits.buffered

  function mayTell(): boolean {
    const at = now()
    tokens = Math.min(limits.perSecond, tokens + ((at - filledAt) / 1_000) * limits.perSecond)
    filledAt = at
    if (isSlow()) told.dropped_slow++
    else if (tokens < 1) told.dropped_often++
    else {
      tokens--
      return true
    }
    return false
  }

  function send(text: string) {
    listener.send(text)
    told.sent++
  }

  /** Its parents first, or it would hang in the air. */
  function announce(root: AnyActor, actor: AnyActor) {
    if (announced.has(actor)) return
    const parent = parentOf(actor)
    if (parent) announce(root, parent)
    announced.add(actor)
    behind.delete(actor)
    const machine = machineOf(actor)
    if (machine && !defined.has(machine.id)) {
      defined.add(machine.id)
      listener.send(definitionMessage(machine))
    }
    const named = { sessionId: actor.sessionId, rootId: root.sessionId }
    send(actorMessage({ ...named, actor, name: nameOf(actor), parentId: parent?.sessionId, bare: !view.whole(actor) }))
    told.actors++
  }

  return {
    view,

    /** Tells of a message, or drops it. */
    message({ root, actor, source }: Happening, text: () => string) {
      if (!mayTell()) return
      announce(root, actor)
      if (source) announce(rootOf(source), source)
      send(text())
    },

    /** Tells of a new state, or drops it and makes up for it later. */
    state({ root, actor }: Happening, text: () => string) {
      behind.add(actor)
      if (!mayTell()) return
      announce(root, actor)
      behind.delete(actor)
      send(text())
    },

    /** An actor that was there before he came. */
    owe: (actor: AnyActor) => void behind.add(actor),

    beat() {
      let left = limits.perBeat
      for (const actor of behind) {
        if (left-- === 0 || isSlow()) break
        const root = rootOf(actor)
        if (!announced.has(actor)) announce(root, actor)
        else if (view.whole(actor)) send(newest(root, actor))
        behind.delete(actor)
      }
      const report = JSON.stringify(told)
      if (report === reported || isSlow()) return
      reported = report
      listener.send(report)
    }
  }
}

const newest = (root: AnyActor, actor: AnyActor) =>
  snapshotMessage({ sessionId: actor.sessionId, rootId: root.sessionId }, actor.getSnapshot(), {
    type: 'inspector.caught-up'
  })
