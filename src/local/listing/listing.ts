import type { Survey } from './survey.ts'

export interface ListingOptions {
  survey: () => Promise<Survey>
  /** Whether every change is sure to be noticed: both disk and engine are being watched. */
  watched: () => boolean
  /** Called after each new survey. */
  onSurvey?: (survey: Survey) => void
  /** Monotonic milliseconds. */
  now: () => number
}

/** How long a survey is good for: nothing changed as far as we know; nobody would tell us; the engine hangs. */
const GOOD_FOR_MS = { watched: 30_000, unwatched: 1_000, hanging: 5_000 }

/**
 * The newest survey, taken again only when something may have changed since. Callers share one that is under way,
 * unless it began before the change that they must see; then they share the next.
 */
export function createListing({ survey, watched, onSurvey, now }: ListingOptions) {
  let generation = 0
  let latest: { survey: Survey; generation: number; at: number } | undefined
  let underWay: { generation: number; promise: Promise<Survey> } | undefined
  let queued: Promise<Survey> | undefined

  return {
    async current(signal?: AbortSignal): Promise<Survey> {
      signal?.throwIfAborted()
      if (latest && isFresh(latest)) return latest.survey
      return signal ? orAborted(next(), signal) : next()
    },

    /** What was seen until now no longer counts. */
    invalidate(): void {
      generation += 1
    }
  }

  function isFresh(known: { survey: Survey; generation: number; at: number }): boolean {
    if (known.generation !== generation) return false
    const hanging = known.survey.engine?.state === 'timeout'
    const goodForMs = hanging ? GOOD_FOR_MS.hanging : watched() ? GOOD_FOR_MS.watched : GOOD_FOR_MS.unwatched
    return now() - known.at < goodForMs
  }

  function next(): Promise<Survey> {
    if (queued) return queued
    if (!underWay) return begin()
    if (underWay.generation === generation) return underWay.promise
    queued = underWay.promise.then(beginQueued, beginQueued)
    return queued
  }

  function beginQueued(): Promise<Survey> {
    queued = undefined
    return begin()
  }

  function begin(): Promise<Survey> {
    underWay = { generation, promise: take(generation) }
    return underWay.promise
  }

  async function take(ofGeneration: number): Promise<Survey> {
    try {
      const taken = await survey()
      latest = { survey: taken, generation: ofGeneration, at: now() }
      onSurvey?.(taken)
      return taken
    } finally {
      underWay = undefined
    }
  }
}

async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
