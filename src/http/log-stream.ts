import type { LogLine } from '../schemas/deployments/operation.ts'
import { frame, HEARTBEAT, HEARTBEAT_MS } from './sse.ts'

/** Log lines as text, as compose shows them: the container's name before each. */
export function logText(lines: readonly LogLine[]): string {
  const width = Math.max(0, ...lines.map(({ container }) => container.length))
  return lines.map(({ container, line }) => `${container.padEnd(width)} | ${line}\n`).join('')
}

export async function* asText(lines: AsyncIterable<LogLine>): AsyncGenerator<string> {
  for await (const line of lines) yield logText([line])
}

/**
 * Log lines as server-sent events: `line` with each, `end` when the containers ended, `error` when the log broke off.
 */
export async function* asEvents(lines: AsyncIterable<LogLine>, heartbeatMs = HEARTBEAT_MS): AsyncGenerator<string> {
  const iterator = lines[Symbol.asyncIterator]()
  try {
    yield HEARTBEAT
    for (;;) {
      const next = iterator.next()
      let result = await Promise.race([next, silence(heartbeatMs)])
      while (result === undefined) {
        yield HEARTBEAT
        result = await Promise.race([next, silence(heartbeatMs)])
      }
      if (result.done) return yield event('end', {})
      yield event('line', result.value)
    }
  } catch (failure) {
    yield event('error', { error: failure instanceof Error ? failure.message : 'the log broke off' })
  } finally {
    await iterator.return?.()
  }
}

const event = (name: string, body: object) => frame(name, JSON.stringify(body))

function silence(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref())
}
