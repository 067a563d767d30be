import type { TimelineRow } from '../../../schemas/timeline/timeline.ts'
import { useDesk } from '../../lib/desk.ts'
import { dayOf, wall } from '../../lib/words/format.ts'
import { Row } from './row.tsx'

/** Rows under the days on which they were, by the clock of the reader. */
export function Days({ rows }: { rows: readonly TimelineRow[] }) {
  const { servers } = useDesk()
  const known = new Set(servers.value.map(({ name }) => name))
  const days = Map.groupBy(rows, ({ at }) => new Date(wall(at) ?? 0).toDateString())
  return [...days].map(([day, those]) => (
    <section key={day} class="day">
      <h2>{dayWord(new Date(day))}</h2>
      <ul class="news">
        {those.map((row) => (
          <Row key={row.id} row={row} known={known} />
        ))}
      </ul>
    </section>
  ))
}

function dayWord(day: Date): string {
  const ago = Math.round((new Date().setHours(0, 0, 0, 0) - day.getTime()) / 86_400_000)
  return ago === 0 ? 'Today' : ago === 1 ? `Yesterday, ${dayOf(day)}` : dayOf(day)
}
