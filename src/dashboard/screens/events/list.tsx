import type { TimelineRow } from '../../../schemas/timeline/timeline.ts'
import { notOffered } from '../../lib/access/fault.ts'
import { useDesk } from '../../lib/desk.ts'
import { saveText } from '../../lib/save.ts'
import { FaultNotice } from '../../parts/failures/fault.tsx'
import { NotOffered } from '../../parts/failures/not-offered.tsx'
import { Choices, NothingFits, SearchField } from '../../parts/forms/filters.tsx'
import { TagChoices } from '../../parts/forms/tag-choices.tsx'
import { Icon } from '../../parts/icon.tsx'
import { wordsIn } from '../../tables/searching.ts'
import { useTimeline } from './asking.ts'
import { Days } from './days.tsx'
import { useHeld } from './held.ts'
import { isOfKind, KINDS, textOf } from './kinds.ts'
import { RangeFields, useSpan } from './range-fields.tsx'
import { Untold } from './untold.tsx'

/** What happened, with who did it: on all servers, or about one. It stands still for whoever reads it, and new lines wait above it. */
export function EventList({ about }: { about?: string }) {
  const { route, servers, self } = useDesk()
  const span = useSpan()
  const { words, choosing, on } = wordsIn(route.param('q'), servers.value)
  // A tag that no server has, or one that is still being typed, means nobody.
  const nobody = about === undefined && on?.size === 0
  // Of one server that tells itself, and what this one saw of it: that is there when it does not answer.
  const asks =
    about === undefined ? (nobody ? [] : choosing) : [[...new Set([about, self.value].filter(Boolean))].join(',')]
  const [before, deployment] = [route.param('before'), route.param('deployment')]
  const { timeline, asked } = useTimeline({ ...span, before, deployment, on: asks, about })
  const data = timeline.data.value
  const { rows, waiting, readAll } = useHeld(data?.rows ?? [], asked)
  const shown = rows.filter(
    (row) => !nobody && isOfKind(row, route.param('kind')) && words.every((word) => textOf(row).includes(word))
  )
  if (timeline.fault.value && notOffered(timeline.fault.value))
    return <NotOffered what="What happened on all servers" />

  return (
    <>
      <Filters rows={rows} shown={shown} tags={about === undefined} />
      <FaultNotice of={timeline} what="what happened" />
      {data && <Untold servers={data.servers} from={span.from} />}
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
      <Pages before={before} next={data?.next} />
    </>
  )
}

function Filters(props: { rows: readonly TimelineRow[]; shown: readonly TimelineRow[]; tags: boolean }) {
  const { rows, shown, tags } = props
  const { route, servers } = useDesk()
  const deployment = route.param('deployment')
  return (
    <>
      <div class="filters">
        <RangeFields />
        <span class="push" />
        <button
          type="button"
          class="button"
          disabled={shown.length === 0}
          onClick={() => saveText('events', 'json', JSON.stringify(shown, null, 2))}
        >
          <Icon name="copy" /> Save as JSON
        </button>
      </div>
      <div class="filters">
        <Choices
          name="kind"
          label="Show events about"
          choices={[
            { value: '', word: 'All', count: rows.length },
            ...Object.entries(KINDS).map(([value, { word, has }]) => ({ value, word, count: rows.filter(has).length }))
          ]}
        />
        {tags && <TagChoices servers={servers.value} />}
        <span class="push" />
        {deployment !== '' && (
          <button type="button" class="button tiny" onClick={() => route.set({ deployment: undefined })}>
            of {deployment} ×
          </button>
        )}
        <SearchField label={tags ? 'Filter events: a word, web-*, @tag' : 'Filter events'} />
      </div>
    </>
  )
}

function Pages({ before, next }: { before: string; next: string | undefined }) {
  const { route } = useDesk()
  return (
    <p class="row after">
      {before !== '' && (
        <button type="button" class="button" onClick={() => route.set({ before: undefined })}>
          Back to the newest
        </button>
      )}
      {next !== undefined && (
        <button type="button" class="button" onClick={() => route.set({ before: next }, { replace: false })}>
          Older
        </button>
      )}
    </p>
  )
}
