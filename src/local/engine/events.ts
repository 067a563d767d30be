import { setTimeout as sleep } from 'node:timers/promises'
import { isRecord, textOf } from '../../untyped.ts'
import type { Engine } from './client.ts'
import { linesOf } from './lines.ts'

export interface EngineEventsOptions {
  engine: Engine
  /** Something about the containers has changed, or may have while nobody was listening. */
  onChange: () => void
  signal: AbortSignal
  /** Before the first new attempt; doubles up to `maxDelayMs`. */
  minDelayMs?: number
  maxDelayMs?: number
}

const PATH = `/events?filters=${encodeURIComponent(JSON.stringify({ type: ['container'] }))}`

/** Health checks and terminals produce these all day long; none of them changes what a container is. */
const IDLE = /^(exec_|attach|detach|resize|top|copy|archive-path|export)/

/** Follows the engine's events for as long as `signal` lets it, through every restart of the engine. */
export function followEngine({
  engine,
  onChange,
  signal,
  minDelayMs = 1_000,
  maxDelayMs = 30_000
}: EngineEventsOptions) {
  let connected = false
  const finished = follow()
  return { connected: () => connected, finished }

  async function follow(): Promise<void> {
    let delayMs = minDelayMs
    while (!signal.aborted) {
      try {
        const { body } = await engine.stream(PATH, signal)
        connected = true
        delayMs = minDelayMs
        onChange()
        for await (const line of linesOf(body, { maxBytes: 64 * 1024, keepRest: false })) {
          if (matters(line)) onChange()
        }
      } catch {
        // Why the engine cannot be used is told by the calls that ask it something.
      }
      if (connected) onChange()
      connected = false
      await sleep(delayMs, undefined, { signal, ref: false }).catch(() => undefined)
      delayMs = Math.min(delayMs * 2, maxDelayMs)
    }
  }
}

function matters(line: string): boolean {
  try {
    const event: unknown = JSON.parse(line)
    const action = isRecord(event) ? (textOf(event.Action) ?? textOf(event.status)) : undefined
    return action !== undefined && !IDLE.test(action)
  } catch {
    // Half an event still says that there was one.
    return true
  }
}
