import type { AnyStateMachine } from 'xstate'

/**
 * A machine's config as JSON that `createMachine` and Stately read. Functions are left out where they compute a value;
 * actions, guards, delays and actors have names, and a name is all that a drawing needs.
 */
export function definitionOf(machine: AnyStateMachine): Record<string, unknown> {
  return JSON.parse(JSON.stringify(machine.config, (_, value) => (typeof value === 'function' ? undefined : value)))
}
