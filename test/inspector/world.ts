import type { TestContext } from 'node:test'
import { createInspector } from '../../src/inspector/inspector.ts'
import type { WatcherLimits } from '../../src/inspector/watcher.ts'
import type { Scope } from '../../src/schemas/inspection/inspection.ts'
import { createWorld, spec } from '../cluster/world.ts'

// biome-ignore lint/suspicious/noExplicitAny: messages of every kind, looked into by tests
export type Message = any

/** A cluster on a moved clock, an inspector on it, and whoever watches. */
export function createInspected(
  t: TestContext,
  options: { cluster?: Parameters<typeof createWorld>[1]; limits?: Partial<WatcherLimits> } = {}
) {
  const world = createWorld(t, options.cluster)
  const faults: unknown[] = []
  const inspector = createInspector({
    roots: () => world.cluster.roots(),
    onRoot: () => () => {},
    nameOf: (id) => (/^p\d/.test(id) ? `server ${id}` : undefined),
    now: world.clock.now,
    onFault: (fault) => faults.push(fault),
    ...(options.limits && { limits: options.limits })
  })

  function watch(scope: Scope = { kind: 'all' }) {
    const messages: Message[] = []
    let bytes = 0
    const texts: string[] = []
    const watching = inspector.watch(
      {
        send(text) {
          texts.push(text)
          messages.push(JSON.parse(text))
        },
        buffered: () => bytes
      },
      scope
    )
    t.after(() => watching.stop())
    return {
      ...watching,
      messages,
      texts,
      /** The browser takes nothing any more, or again. */
      stuck: (yes: boolean) => {
        bytes = yes ? Number.POSITIVE_INFINITY : 0
      },
      actors: () => messages.filter(({ type }) => type === '@xstate.actor'),
      of: (sessionId: string) => messages.filter((message) => message.sessionId === sessionId)
    }
  }

  return { ...world, inspector, inspectorFaults: faults, watch, specs: (...ids: string[]) => ids.map((id) => spec(id)) }
}
