import type { ClusterEvent } from '../../schemas/event.ts'
import { wall } from '../lib/words/format.ts'
import { type Kind, kindOf, sentence } from '../lib/words/words.ts'
import { When } from './ago.tsx'

/** Events as sentences, the newest first. */
export function News({ events }: { events: readonly ClusterEvent[] }) {
  return (
    <ul class="news">
      {events.map((event) => (
        <li key={event.id}>
          <When at={wall(event.at)} />
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
