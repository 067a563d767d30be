import { signal } from '@preact/signals'
import type { ClusterEvent } from '../../../schemas/event.ts'
import type { Api } from '../access/api.ts'
import { asFault, notOffered } from '../access/fault.ts'
import { messagesOf } from './lines.ts'

const SILENCE_MS = 45_000
const KEPT = 1000

export type LivePhase = 'connecting' | 'live' | 'cut' | 'none'

/**
 * The one stream of what happens. It is read with `fetch`, so that the bearer token goes in a header, resumes after the
 * last event, and says since when it is cut. `none`: this server has no stream, so the page lives by asking.
 */
export function createLive({ api, heard }: { api: Api; heard: (event: ClusterEvent, news: boolean) => void }) {
  const phase = signal<LivePhase>('connecting')
  const since = signal(Date.now())
  const events = signal<readonly ClusterEvent[]>([])
  let lastId = ''

  function turn(next: LivePhase) {
    if (phase.value === next) return
    phase.value = next
    since.value = Date.now()
  }

  /** What happened before the stream was opened, by the clock of its server, is no news, however late it is told. */
  function take(data: string, openedAt: number) {
    const event = eventOf(data)
    if (!event || events.value.some(({ id }) => id === event.id)) return
    events.value = [...events.value, event].slice(-KEPT)
    heard(event, Date.parse(event.at) >= openedAt)
  }

  async function follow(signal: AbortSignal): Promise<void> {
    const own = new AbortController()
    const stop = () => own.abort()
    signal.addEventListener('abort', stop)
    // The browser knows at once what a silent stream tells after 45 seconds.
    addEventListener('offline', stop)
    let silence = setTimeout(stop, SILENCE_MS)
    try {
      const headers: Record<string, string> = lastId === '' ? {} : { 'last-event-id': lastId }
      const response = await api.open('/cluster/events', { accept: 'text/event-stream', headers, signal: own.signal })
      turn('live')
      const openedAt = Date.parse(response.headers.get('date') ?? '') || Date.now()
      if (!response.body) return
      for await (const message of messagesOf(response.body)) {
        clearTimeout(silence)
        silence = setTimeout(stop, SILENCE_MS)
        if (message.id !== '') lastId = message.id
        if (message.event !== 'comment') take(message.data, openedAt)
      }
    } finally {
      clearTimeout(silence)
      signal.removeEventListener('abort', stop)
      removeEventListener('offline', stop)
    }
  }

  async function run(signal: AbortSignal) {
    for (let pauseMs = 1000; !signal.aborted; pauseMs = Math.min(pauseMs * 2, 30_000)) {
      const begun = performance.now()
      try {
        await follow(signal)
      } catch (thrown) {
        const fault = asFault(thrown)
        if (notOffered(fault)) return turn('none')
        if (fault.status === 401 && fault.code !== '') return
      }
      if (signal.aborted) return
      if (performance.now() - begun > 10_000) pauseMs = 1000
      turn('cut')
      await pause(pauseMs * (0.8 + Math.random() * 0.4), signal)
    }
  }

  return { phase, since, events, run }
}

function eventOf(data: string): ClusterEvent | undefined {
  try {
    const event: ClusterEvent = JSON.parse(data)
    return typeof event?.id === 'number' && typeof event.type === 'string' ? event : undefined
  } catch {
    return undefined
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const now = () => {
      clearTimeout(timer)
      resolve()
    }
    signal.addEventListener('abort', now, { once: true })
    // A laptop that wakes, or a cable that comes back, need not wait for the rest of the pause.
    addEventListener('online', now, { once: true })
  })
}
