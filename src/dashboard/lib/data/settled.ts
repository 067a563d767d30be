import { useEffect, useState } from 'preact/hooks'
import type { Resource } from './resource.ts'

/** After the first has come, so long the rest is waited for. */
const LATE_MS = 3_000

/**
 * Whether what a screen consists of has come, or is late. Until then only its headline is drawn: each part that comes would
 * else push away what stands below it, and is being read.
 */
export function useSettled(first: Resource<unknown>, rest: readonly Resource<unknown>[]): boolean {
  const [late, setLate] = useState(false)
  const begun = isThere(first)
  useEffect(() => {
    if (!begun) return
    const timer = setTimeout(() => setLate(true), LATE_MS)
    return () => clearTimeout(timer)
  }, [begun])
  return begun && (late || rest.every(isThere))
}

const isThere = ({ data, fault }: Resource<unknown>) => data.value !== undefined || fault.value !== undefined
