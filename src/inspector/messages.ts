import { type AnyActor, StateMachine } from 'xstate'
import { DEFINITION, presentable } from './presentable.ts'

/**
 * The wire format of the Stately inspector, as `@statelyai/inspect` of this version writes it; a test compares. Its own
 * converter is not used: it works in a timer of its own, where an exception ends the process, and turns the whole
 * snapshot of the supervisor, with every peer in it, into text before anybody can say that it is too much.
 */
export const FORMAT_VERSION = '0.7.2'

export interface Named {
  sessionId: string
  rootId: string
}

const head = (type: string, { sessionId, rootId }: Named) => ({
  type: `@xstate.${type}`,
  sessionId,
  rootId,
  createdAt: String(Date.now()),
  id: null,
  _version: FORMAT_VERSION
})

interface ActorFacts extends Named {
  actor: AnyActor
  name: string
  parentId: string | undefined
  /** Only whether it is active: who is there for the sake of another. */
  bare: boolean
}

/** `machine` stands for the definition, which the other end has got already and puts there. */
export function actorMessage({ actor, name, parentId, bare, ...named }: ActorFacts): string {
  const snapshot = bare ? { status: 'active' } : snapshotOf(actor.getSnapshot())
  const machine = machineOf(actor)
  const shown = presentable(name)
  return JSON.stringify({
    ...head('actor', named),
    name: shown,
    ...(parentId !== undefined && { parentId }),
    ...(machine ? { machine: machine.id } : { definition: JSON.stringify({ id: shown }) }),
    snapshot
  })
}

export function eventMessage(named: Named, event: unknown, sourceId: string | undefined): string {
  return JSON.stringify({
    ...head('event', named),
    event: presentable(event),
    ...(sourceId !== undefined && { sourceId })
  })
}

export function snapshotMessage(named: Named, snapshot: unknown, event: unknown): string {
  return JSON.stringify({ ...head('snapshot', named), event: presentable(event), snapshot: snapshotOf(snapshot) })
}

export function definitionMessage(machine: { id: string; config: unknown }): string {
  const definition = JSON.stringify(presentable(machine.config, DEFINITION))
  return JSON.stringify({ type: 'definition', machine: machine.id, definition })
}

export function machineOf({ logic }: AnyActor): { id: string; config: object } | undefined {
  return logic instanceof StateMachine ? { id: logic.id, config: logic.config } : undefined
}

function snapshotOf(snapshot: unknown): unknown {
  if (typeof snapshot !== 'object' || snapshot === null) return { status: 'active' }
  const shown = SHOWN.flatMap((name): [string, unknown][] =>
    name in snapshot ? [[name, Reflect.get(snapshot, name)]] : []
  )
  return presentable(Object.fromEntries(shown))
}

/** What a snapshot says; the rest of it is the machine itself. */
const SHOWN = ['status', 'value', 'tags', 'context', 'children', 'input', 'output', 'error']
