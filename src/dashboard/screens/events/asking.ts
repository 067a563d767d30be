import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Timeline } from '../../../schemas/timeline/timeline.ts'
import { createResource, useResource } from '../../lib/data/resource.ts'
import { useDesk } from '../../lib/desk.ts'
import type { Span } from './spans.ts'

const PAGE = 100
const EVERY_MS = 30_000
/** From news to the question what they were. */
const NEWS_MS = 1_000

interface Asked extends Span {
  before: string
  deployment: string
  /** Words that choose servers; each narrows. */
  on: readonly string[]
  about?: string | undefined
}

/** A page of what happened, asked for anew when there is news. `asked` is the question, by which two answers are told apart. */
export function useTimeline({ from, to, before, deployment, on, about = '' }: Asked) {
  const { api, live } = useDesk()
  const query = new URLSearchParams({ limit: String(PAGE) })
  const said = { from: minute(from), to: minute(to), before, deployment, about }
  for (const [name, value] of Object.entries(said)) if (value !== '') query.append(name, value)
  for (const word of on) query.append('servers', word)
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
  return { timeline, asked }
}

/** An open end moves with the clock, and is no new question each second. */
const minute = (at: number | undefined) => (at === undefined ? '' : new Date(at - (at % 60_000)).toISOString())
