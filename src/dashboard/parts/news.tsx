import type { ClusterEvent } from '../../schemas/event.ts'
import { useDesk } from '../lib/desk.ts'
import { clock, wall } from '../lib/words/format.ts'
import { type Kind, kindOf, sentence } from '../lib/words/words.ts'

/** Events as sentences, the newest first. */
export function News({ events }: { events: readonly ClusterEvent[] }) {
  const { now } = useDesk()
  return (
    <ul class="news">
      {events.map((event) => (
        <li key={event.id}>
          <time dateTime={event.at}>{clock(wall(event.at) ?? 0, now.value)}</time>
          <Name event={event} kind={kindOf(event)} />
          <span class="foreign">{sentence(event)}</span>
        </li>
      ))}
    </ul>
  )
}

function Name({ event, kind }: { event: ClusterEvent; kind: Kind }) {
  return (
    <span class={`state tone-${kind}`}>
      <svg viewBox="0 0 13 13" aria-hidden="true">
        <rect x="5" y="1" width="3" height="11" rx="1.5" fill="currentColor" />
      </svg>
      <span class="cut foreign">{event.peer ?? 'this server'}</span>
    </span>
  )
}
