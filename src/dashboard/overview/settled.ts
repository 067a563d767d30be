import { useEffect, useState } from 'preact/hooks'
import type { Resource } from '../lib/data/resource.ts'
import { useDesk } from '../lib/desk.ts'

/** After the list of servers came, so long is waited for what else is asked about them. */
const LATE_MS = 3_000

/**
 * Whether what the screen consists of has come, or is late. Before that only the headline is drawn: each part that comes
 * would else push away what stands below it, and is being read.
 */
export function useSettled(): boolean {
  const { status, peers, deployments, stats } = useDesk()
  const [late, setLate] = useState(false)
  const listed = isThere(peers)
  useEffect(() => {
    if (!listed) return
    const timer = setTimeout(() => setLate(true), LATE_MS)
    return () => clearTimeout(timer)
  }, [listed])
  return listed && (late || [status, deployments, stats].every(isThere))
}

const isThere = ({ data, fault }: Resource<unknown>) => data.value !== undefined || fault.value !== undefined
