import type { ChartState, ChartTransition } from '../schemas/inspection/chart.ts'

/** What is written into a state's box, under its name. */
export function linesOf({ lines, inside }: Pick<ChartState, 'lines' | 'inside'>): string[] {
  const reactions = inside.map(({ label, actions }) =>
    actions.length > 0 ? `${label} → ${actions.join(', ')}` : `${label}: nothing new`
  )
  return [...lines, ...reactions]
}

/** What is written beside a line: an event and its condition below each other, since width is what a chart lacks. */
export function labelLines(transitions: readonly Pick<ChartTransition, 'label'>[]): string[] {
  return transitions.flatMap(({ label }) => label.split(/ (?=\[)/))
}
