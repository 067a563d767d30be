import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'

const STEP = 10
/** Above and below what is seen, where that leaves room for it. */
const MARGIN = 20
/** Rows that are drawn, unless a screen is so high that it shows more. */
const MOST = 100

/**
 * The part of a long list that can be seen, and a little more. The rows have one height; what is left out is made up
 * for by two empty rows, so that the page scrolls as if all were there.
 */
export function useWindow(count: number, body: RefObject<HTMLElement | null>) {
  const [part, setPart] = useState({ from: 0, to: 60, rowPx: 40 })
  useEffect(() => {
    const look = () => {
      const place = body.current
      if (!place) return
      const rowPx = place.querySelector<HTMLElement>('tr.item')?.offsetHeight || 40
      const above = Math.max(0, -place.getBoundingClientRect().top)
      const seen = Math.ceil(innerHeight / rowPx)
      const margin = Math.max(0, Math.min(MARGIN, Math.floor((MOST - STEP - seen) / 2)))
      const first = Math.max(0, Math.floor(above / rowPx) - margin)
      const from = first - (first % STEP)
      const to = from + seen + 2 * margin + STEP
      setPart((now) => (now.from === from && now.to === to && now.rowPx === rowPx ? now : { from, to, rowPx }))
    }
    look()
    addEventListener('scroll', look, { passive: true })
    addEventListener('resize', look)
    return () => {
      removeEventListener('scroll', look)
      removeEventListener('resize', look)
    }
  }, [count])
  const from = Math.min(part.from, Math.max(0, count - STEP))
  const to = Math.min(part.to, count)
  return { from, to, beforePx: from * part.rowPx, afterPx: Math.max(0, count - to) * part.rowPx }
}

export function Spacer({ px, columns }: { px: number; columns: number }) {
  if (px <= 0) return null
  return (
    <tr class="spacer">
      <td colSpan={columns} style={{ height: `${px}px` }} />
    </tr>
  )
}
