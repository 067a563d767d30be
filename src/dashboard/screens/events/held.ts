import { useEffect, useState } from 'preact/hooks'
import type { TimelineRow } from '../../../schemas/timeline/timeline.ts'

/** Rows that stand still while somebody has scrolled down to read them. */
export function useHeld(fresh: readonly TimelineRow[], asked: string) {
  const [held, setHeld] = useState({ asked, rows: fresh })
  const [top, setTop] = useState(true)
  useEffect(() => {
    const look = () => setTop(scrollY < 40)
    addEventListener('scroll', look, { passive: true })
    return () => removeEventListener('scroll', look)
  }, [])
  const reads = !top && held.asked === asked && held.rows.length > 0
  useEffect(() => {
    if (!reads) setHeld({ asked, rows: fresh })
  }, [reads, fresh, asked])
  const known = new Set(held.rows.map(({ id }) => id))
  const waiting = reads ? fresh.filter(({ id }) => !known.has(id)).length : 0
  return { rows: reads ? held.rows : fresh, waiting, readAll: () => setHeld({ asked, rows: fresh }) }
}
