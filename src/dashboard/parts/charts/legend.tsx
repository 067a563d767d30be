import { useDesk } from '../../lib/desk.ts'
import type { ChartOptions } from './chart.tsx'

/** The lines that the address says are switched off, in every chart of the screen. */
export function useSwitchedOff() {
  const { route } = useDesk()
  const off = new Set(route.param('off').split(',').filter(Boolean))
  return {
    off,
    flip(name: string) {
      const next = new Set(off)
      if (!next.delete(name)) next.add(name)
      route.set({ off: [...next].join(',') })
    }
  }
}

/** Each line with its value, at the crosshair or else the newest; a click switches it off and on. */
export function Legend(props: Pick<ChartOptions, 'series' | 'format'> & { index: number | undefined }) {
  const { series, format, index } = props
  const { off, flip } = useSwitchedOff()
  return (
    <ul class="legend">
      {series.map(({ name, tone, values }) => {
        const value = index === undefined ? values.findLast((one) => one !== undefined) : values[index]
        return (
          <li key={name} class={`ink-${tone} ${off.has(name) ? 'off' : ''}`}>
            <button type="button" aria-pressed={!off.has(name)} title="Switch this line" onClick={() => flip(name)}>
              <span class="foreign">{name}</span> <b>{value === undefined ? '–' : format(value)}</b>
            </button>
          </li>
        )
      })}
    </ul>
  )
}
