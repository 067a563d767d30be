import type { Reachability } from '../../../schemas/opinions/reachability.ts'
import { type Link, linkBetween } from './links.ts'

export type Tone = 'good' | 'warn' | 'bad' | 'odd' | 'none' | 'self'

export function toneOf({ from, to, seen, oneWay }: Link): Tone {
  if (from === to) return 'self'
  if (oneWay) return 'odd'
  if (!seen || seen.state === 'unknown' || seen.state === 'pending') return 'none'
  return seen.state === 'online' ? 'good' : seen.state === 'suspect' ? 'warn' : 'bad'
}

/** How high a cell is drawn: what is well is a thin line, so that what is not can be told without its colour. */
const HEIGHTS: Record<Tone, number> = { good: 0.3, none: 0.08, self: 0.08, warn: 0.65, odd: 1, bad: 1 }

/** The cells of a map as one path for each tone, each cell one unit wide; neighbours of one tone are one stroke. */
export function cellPaths(map: Reachability): Record<Tone, string> {
  const paths: Record<Tone, string> = { good: '', warn: '', bad: '', odd: '', none: '', self: '' }
  for (const [y, from] of map.nodes.entries()) {
    const tones = map.nodes.map((to) => toneOf(linkBetween(map, from, to)))
    let begun = 0
    for (const [x, tone] of tones.entries()) {
      if (tones[x + 1] === tone) continue
      const height = HEIGHTS[tone]
      const width = x + 1 - begun
      paths[tone] += `M${begun} ${(y + (1 - height) / 2).toFixed(2)}h${width}v${height}h-${width}z`
      begun = x + 1
    }
  }
  return paths
}
