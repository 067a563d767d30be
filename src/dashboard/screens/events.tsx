import '../styles/later.css'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Timeline, TimelineRow } from '../../schemas/timeline/timeline.ts'
import { notOffered } from '../lib/access/fault.ts'
import { createResource, useResource } from '../lib/data/resource.ts'
import { useDesk } from '../lib/desk.ts'
import { saveText } from '../lib/save.ts'
import { actOf } from '../lib/words/acts.ts'
import { dayOf, wall } from '../lib/words/format.ts'
import { kindOf, sentence } from '../lib/words/words.ts'
import { FaultNotice } from '../parts/failures/fault.tsx'
import { NotOffered } from '../parts/failures/not-offered.tsx'
import { Choices, NothingFits, SearchField } from '../parts/forms/filters.tsx'
import { TagChoices } from '../parts/forms/tag-choices.tsx'
import { Icon } from '../parts/icon.tsx'
import { wordsIn } from '../tables/searching.ts'
import { asEvent } from './events/as-event.ts'
import { RangeFields, useSpan } from './events/range-fields.tsx'
import { Row } from './events/row.tsx'
import { Untold } from './events/untold.tsx'

const PAGE = 100
const EVERY_MS = 30_000
/** From news to the question what they were. */
const NEWS_MS = 1_000

const KINDS: Record<string, (row: TimelineRow) => boolean> = {
  trouble: (row) => ['bad', 'warn'].includes(kindOf(asEvent(row))) || (row.act?.result ?? 0) >= 400,
  states: ({ type }) => type === 'peer.state' || type === 'peer.flapping',
  joins: ({ type }) => /^(invite\.|introduction\.|peer\.(joined|confirmed|removed|left|rekeyed))/.test(type),
  deployments: ({ type, act }) => /^(deployment|rollout)\./.test(type) || /deployments|rollouts/.test(act?.what ?? ''),
  acts: ({ by, act }) => by !== undefined || act !== undefined
}
const WORDS = [
  ['trouble', 'Trouble'],
  ['states', 'States'],
  ['joins', 'Joins and removals'],
  ['deployments', 'Deployments'],
  ['acts', 'Who did what']
] as const

/** What happened on all servers, and who did it; the list stands still for whoever reads it, and new lines wait above it. */
export function Events() {
  const { api, live, route, servers } = useDesk()
  const { from, to } = useSpan()
  const { words, choosing, on } = wordsIn(route.param('q'), servers.value)
  // A tag that no server has, or one that is still being typed, means nobody.
  const nobody = on?.size === 0
  const [before, deployment] = [route.param('before'), route.param('deployment')]
  // To the minute: an open end moves with the clock, and is no new question each second.
  const minute = (at: number | undefined) => (at === undefined ? '' : new Date(at - (at % 60_000)).toISOString())
  const query = new URLSearchParams({ limit: String(PAGE) })
  for (const [name, value] of [
    ...([
      ['from', minute(from)],
      ['to', minute(to)],
      ['before', before],
      ['deployment', deployment]
    ] as const),
    ...(nobody ? [] : choosing.map((word) => ['servers', word] as const))
  ])
    if (value !== '') query.append(name, value)
  const asked = query.toString()
  const timeline = useMemo(
    () =>
      createResource<Timeline>({ load: (signal) => api.get(`/cluster/timeline?${asked}`, signal), everyMs: EVERY_MS }),
    [asked]
  )
  useResource(timeline)
  const soon = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const newest = live.events.value.at(-1)?.id
  useEffect(() => {
    if (before !== '' || newest === undefined) return
    // All servers are asked each time: a storm of news is one question.
    soon.current ??= setTimeout(() => {
      soon.current = undefined
      timeline.refresh()
    }, NEWS_MS)
  }, [newest])

  const data = timeline.data.value
  const { rows, waiting, readAll } = useHeld(data?.rows ?? [], asked)
  const kind = KINDS[route.param('kind')] ?? (() => true)
  const fits = (row: TimelineRow) =>
    !nobody && kind(row) && words.every((word) => textOf(row).toLowerCase().includes(word))
  const shown = rows.filter(fits)
  if (timeline.fault.value && notOffered(timeline.fault.value))
    return <NotOffered what="What happened on all servers" />

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
        <RangeFields />
      </div>
      <div class="filters">
        <Choices
          name="kind"
          label="Show events about"
          choices={[
            { value: '', word: 'All', count: rows.length },
            ...WORDS.map(([value, word]) => ({ value, word, count: rows.filter(KINDS[value] ?? (() => false)).length }))
          ]}
        />
        <TagChoices servers={servers.value} />
        <span class="push" />
        {deployment !== '' && (
          <button type="button" class="button tiny" onClick={() => route.set({ deployment: undefined })}>
            of {deployment} ×
          </button>
        )}
        <SearchField label="Filter events: a word, web-*, @tag" />
      </div>
      <FaultNotice of={timeline} what="what happened" />
      {data && <Untold servers={data.servers} from={from} />}
      {waiting > 0 && (
        <button
          type="button"
          class="button main news-button"
          onClick={() => {
            scrollTo({ top: 0 })
            readAll()
          }}
        >
          {waiting} new
        </button>
      )}
      {data && rows.length === 0 && <p class="soft">Nothing happened in this time that a server remembers.</p>}
      {rows.length > 0 && shown.length === 0 && <NothingFits what="event" names={['q', 'kind']} />}
      <Days rows={shown} />
      <p class="row after">
        {before !== '' && (
          <button type="button" class="button" onClick={() => route.set({ before: undefined })}>
            Back to the newest
          </button>
        )}
        {data?.next !== undefined && (
          <button type="button" class="button" onClick={() => route.set({ before: data.next }, { replace: false })}>
            Older
          </button>
        )}
      </p>
    </>
  )
}

/** Rows that stand still while somebody has scrolled down to read them. */
function useHeld(fresh: readonly TimelineRow[], asked: string) {
  const [held, setHeld] = useState({ asked, rows: fresh })
  const [top, setTop] = useState(true)
  useEffect(() => {
    const look = () => setTop(scrollY < 40)
    addEventListener('scroll', look, { passive: true })
    return () => removeEventListener('scroll', look)
  }, [])
  const reads = !top && held.asked === asked && held.rows.length > 0
  useEffect(() => {
    if (!reads) setHeld({ asked, rows: fresh })
  }, [reads, fresh, asked])
  const known = new Set(held.rows.map(({ id }) => id))
  const waiting = reads ? fresh.filter(({ id }) => !known.has(id)).length : 0
  return { rows: reads ? held.rows : fresh, waiting, readAll: () => setHeld({ asked, rows: fresh }) }
}

function Days({ rows }: { rows: readonly TimelineRow[] }) {
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

const textOf = (row: TimelineRow) =>
  [row.server, row.peer, row.type, row.deployment, row.by, row.act ? actOf(row.act) : sentence(asEvent(row))].join(' ')
