import { batch, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { asFault, type Fault } from '../access/fault.ts'

export interface Resource<T> {
  /** The last good answer; it stays while a newer one is fetched or fails. */
  data: { readonly value: T | undefined }
  /** When `data` came, wall milliseconds. */
  at: { readonly value: number }
  fault: { readonly value: Fault | undefined }
  busy: { readonly value: boolean }
  refresh(): void
  /** What a change answered, until the next answer. */
  put(data: T): void
  /** Fetches now and each `everyMs` until the returned function is called. */
  watch(): () => void
}

/**
 * Something of the node's that is shown: fetched while somebody looks at it, and asked again by the clock.
 * `load` may hand in a part of the answer before it is whole.
 */
export function createResource<T>(options: {
  load(signal: AbortSignal, partial: (data: T) => void): Promise<T>
  /** From one answer or fault to the next question; by what is known, where that decides. */
  everyMs?: number | ((data: T | undefined) => number)
}): Resource<T> {
  const data = signal<T | undefined>(undefined)
  const at = signal(0)
  const fault = signal<Fault | undefined>(undefined)
  const busy = signal(false)
  let watchers = 0
  let running: AbortController | undefined
  let again = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const come = (value: T) =>
    batch(() => {
      data.value = value
      at.value = Date.now()
      fault.value = undefined
    })

  async function run() {
    clearTimeout(timer)
    if (running) {
      again = true
      return
    }
    const own = new AbortController()
    running = own
    busy.value = true
    try {
      come(await options.load(own.signal, (part) => own.signal.aborted || come(part)))
    } catch (thrown) {
      if (!own.signal.aborted) fault.value = asFault(thrown)
    }
    running = undefined
    busy.value = false
    if (watchers === 0) return
    if (again) {
      again = false
      void run()
    } else if (options.everyMs) timer = setTimeout(tick, pauseMs(options.everyMs))
  }

  const pauseMs = (every: number | ((data: T | undefined) => number)) =>
    typeof every === 'number' ? every : every(data.value)

  function tick() {
    if (document.hidden) document.addEventListener('visibilitychange', tick, { once: true })
    else if (watchers > 0) void run()
  }

  return {
    data,
    at,
    fault,
    busy,
    refresh: () => void run(),
    put: come,
    watch() {
      watchers += 1
      if (watchers === 1) void run()
      return () => {
        watchers -= 1
        if (watchers > 0) return
        clearTimeout(timer)
        running?.abort()
      }
    }
  }
}

/** Keeps a resource fresh while the component is there. */
export function useResource<T>(resource: Resource<T>): Resource<T> {
  useEffect(() => resource.watch(), [resource])
  return resource
}
