import { useEffect, useState } from 'preact/hooks'
import { asFault, type Fault } from '../../lib/access/fault.ts'
import type { LogLine, Operations } from '../operations.ts'

export interface LogAsk {
  service: string
  /** Newest lines of each container. */
  tail: number
  /** A time of RFC 3339: for a line that somebody linked to. */
  since: string
}

/** Lines that are kept beyond those that were asked for, as they are printed. */
const FOLLOWED = 2_000
const DRAWN_EVERY_MS = 100

/** A log as it is printed, for as long as it is looked at. */
export function useLog(tools: Operations, { service, tail, since }: LogAsk) {
  const [lines, setLines] = useState<readonly LogLine[]>([])
  const [fault, setFault] = useState<Fault>()
  const [ended, setEnded] = useState(false)
  const [attempt, setAttempt] = useState(0)

  useEffect(() => {
    const leaving = new AbortController()
    // A chatty log is drawn ten times a second, not once a line.
    let fresh: LogLine[] = []
    // What was shown stays until the first lines of the new answer are there: nothing jumps.
    let begun = false
    const drawn = setInterval(() => {
      if (fresh.length === 0) return
      const come = fresh
      fresh = []
      setLines((before) => [...(begun ? before : []), ...come].slice(-(tail + FOLLOWED)))
      begun = true
    }, DRAWN_EVERY_MS)
    setFault(undefined)
    setEnded(false)
    const follow = async () => {
      for await (const line of tools.logs({ tail, service, since }, leaving.signal)) fresh.push(line)
      if (!leaving.signal.aborted) setEnded(true)
    }
    follow().catch((thrown: unknown) => {
      if (!leaving.signal.aborted) setFault(asFault(thrown))
    })
    return () => {
      leaving.abort()
      clearInterval(drawn)
    }
  }, [tools, service, tail, since, attempt])
  useEffect(() => setLines([]), [tools, service])

  return { lines, fault, ended, again: () => setAttempt(attempt + 1) }
}
