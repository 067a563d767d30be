import type { ChartState } from '../schemas/chart.ts'

/** What is written into a state's box, under its name. */
export function linesOf({ lines, inside }: Pick<ChartState, 'lines' | 'inside'>): string[] {
  const reactions = inside.map(({ label, actions }) =>
    actions.length > 0 ? `${label} → ${actions.join(', ')}` : `${label}: nothing new`
  )
  return [...lines, ...reactions]
}
