/** Server-sent events: their type, their frames, and what keeps a silent stream open. */
export const EVENT_STREAM = 'text/event-stream'

/** Comments keep proxies from closing what is silent, and tell a reader that we are still here. */
export const HEARTBEAT = ': here\n\n'
export const HEARTBEAT_MS = 15_000

/** `data` is one line, as JSON is. */
export const frame = (event: string, data: string, id?: number): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`

/** How soon a reader whose stream broke comes back. */
export const retryAfter = (ms: number): string => `retry: ${ms}\n\n`
