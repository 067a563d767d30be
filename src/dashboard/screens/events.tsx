import '../styles/later.css'
import { useEffect, useState } from 'preact/hooks'
import type { ClusterEvent } from '../../schemas/event.ts'
import { useDesk } from '../lib/desk.ts'
import { saveText } from '../lib/save.ts'
import { kindOf, sentence } from '../lib/words/words.ts'
import { Choices, NothingFits, SearchField } from '../parts/forms/filters.tsx'
import { Icon } from '../parts/icon.tsx'
import { News } from '../parts/news.tsx'

const KINDS: Record<string, (event: ClusterEvent) => boolean> = {
  trouble: (event) => kindOf(event) === 'bad' || kindOf(event) === 'warn',
  states: ({ type }) => type === 'peer.state' || type === 'peer.flapping',
  joins: ({ type }) => /^(invite\.|peer\.(joined|confirmed|removed|left|rekeyed))/.test(type),
  deployments: ({ type }) => /^(deployment|rollout)\./.test(type)
}
const WORDS = [
  ['trouble', 'Trouble'],
  ['states', 'States'],
  ['joins', 'Joins and removals'],
  ['deployments', 'Deployments']
] as const

/** What happened, live; the list stands still for whoever reads it, and new lines wait above it. */
export function Events() {
  const { live, route } = useDesk()
  const all = live.events.value
  const newest = all.at(-1)?.id ?? 0
  const [read, setRead] = useState(newest)
  const [top, setTop] = useState(true)
  useEffect(() => {
    const look = () => setTop(scrollY < 40)
    addEventListener('scroll', look, { passive: true })
    return () => removeEventListener('scroll', look)
  }, [])
  useEffect(() => {
    if (top) setRead(newest)
  }, [top, newest])

  const wanted = route.param('q').toLowerCase()
  const kind = KINDS[route.param('kind')] ?? (() => true)
  const fits = (event: ClusterEvent) =>
    kind(event) &&
    `${event.peer ?? ''} ${event.type} ${event.facts?.deployment ?? ''} ${sentence(event)}`
      .toLowerCase()
      .includes(wanted)
  const shown = all.filter((event) => event.id <= read && fits(event)).reverse()
  const waiting = all.filter((event) => event.id > read && fits(event)).length

  return (
    <>
      <div class="head">
        <h1>Events</h1>
        <div class="acts">
          <button
            type="button"
            class="button"
            disabled={shown.length === 0}
            onClick={() => saveText('events', 'json', JSON.stringify(shown, null, 2))}
          >
            <Icon name="copy" /> Save as JSON
          </button>
        </div>
      </div>
      <div class="filters">
        <Choices
          name="kind"
          label="Show events about"
          choices={[
            { value: '', word: 'All', count: all.length },
            ...WORDS.map(([value, word]) => ({ value, word, count: all.filter(KINDS[value] ?? (() => false)).length }))
          ]}
        />
        <span class="push" />
        <SearchField label="Filter events" />
      </div>
      {waiting > 0 && (
        <button
          type="button"
          class="button main news-button"
          onClick={() => {
            scrollTo({ top: 0 })
            setRead(newest)
          }}
        >
          {waiting} new
        </button>
      )}
      {live.phase.value === 'none' && (
        <p class="notice">This server has no stream of events, so nothing can be told of what happens.</p>
      )}
      {shown.length > 0 ? (
        <News events={shown} />
      ) : all.length === 0 ? (
        <p class="soft">Nothing has happened since this server remembers.</p>
      ) : (
        <NothingFits what="event" names={['q', 'kind']} />
      )}
    </>
  )
}
