import type { ClusterEvent } from '../../../schemas/event.ts'
import { wall } from '../../lib/words/format.ts'
import { kindOf, sentence } from '../../lib/words/words.ts'
import type { ChartMark } from './chart.tsx'

/** More would be a fence. */
const MOST = 40
const TOLD: ReadonlySet<string> = new Set(['peer.state', 'deployment.action', 'deployment.changed', 'rollout.started'])

/** What happened to these servers in a span of time, as marks of a chart; of many, the newest. */
export function marksOf(
  events: readonly ClusterEvent[],
  { names, self, from, to }: { names: readonly string[]; self: string; from: number; to: number }
): ChartMark[] {
  const about = new Set(names)
  return events
    .map((event) => ({ event, at: wall(event.at) ?? 0, server: event.peer ?? self }))
    .filter(({ event, at, server }) => TOLD.has(event.type) && at >= from && at <= to && about.has(server))
    .slice(-MOST)
    .map(({ event, at, server }) => ({
      at,
      text: names.length > 1 ? `${server}: ${sentence(event)}` : sentence(event),
      tone: TONES[kindOf(event)]
    }))
}

const TONES = { good: 'good', warn: 'warn', bad: 'bad', wait: 'c6', none: 'faint' }
