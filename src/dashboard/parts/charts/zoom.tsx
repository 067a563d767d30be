import { useDesk } from '../../lib/desk.ts'
import { clock } from '../../lib/words/format.ts'

/** The least that is worth looking at closer: six points of the finest figures. */
const LEAST_MS = 60_000

/** A part of the time that was chosen by dragging over a chart; it is in the address, and every chart of the screen follows. */
export function useZoom() {
  const { route } = useDesk()
  const [from, to] = ['from', 'to'].map((name) => Date.parse(route.param(name)))
  const span = from !== undefined && to !== undefined && to > from ? { from, to } : undefined
  return {
    span,
    to(from: number, to: number) {
      if (to - from < LEAST_MS) return
      // To the second: charts that move together all tell of it, and it is one step of the history.
      const moment = (at: number) => new Date(Math.round(at / 1000) * 1000).toISOString()
      route.set({ from: moment(from), to: moment(to) }, { replace: false })
    },
    end: () => route.set({ from: undefined, to: undefined })
  }
}

/** What part of the time is shown, and the way back to the whole. */
export function Zoomed() {
  const { span, end } = useZoom()
  if (!span) return <span class="faint small">drag over a chart to look closer</span>
  return (
    <button type="button" class="button tiny" onClick={end}>
      {clock(span.from)} – {clock(span.to)} ×
    </button>
  )
}
