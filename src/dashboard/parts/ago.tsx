import { useDesk } from '../lib/desk.ts'
import { clock, exact, span } from '../lib/words/format.ts'

/** How long ago, told by the page's clock; the exact time on hover and for readers. */
export function Ago({ at, word = '' }: { at: number | undefined; word?: string }) {
  const { now } = useDesk()
  if (at === undefined) return <span class="faint">never</span>
  return (
    <time dateTime={new Date(at).toISOString()} title={exact(at)} class="nowrap">
      {span(now.value - at)}
      {word}
    </time>
  )
}

/** When it was; with the zone on hover. */
export function When({ at }: { at: number | undefined }) {
  const { now } = useDesk()
  if (at === undefined) return <span class="faint">–</span>
  return (
    <time dateTime={new Date(at).toISOString()} title={exact(at)} class="nowrap">
      {clock(at, now.value)}
    </time>
  )
}

/** How long until a moment, counted down; `over` when it has come. */
export function Until({ at, over }: { at: number; over: string }) {
  const { now } = useDesk()
  const left = at - now.value
  if (left <= 0) return <span>{over}</span>
  const minutes = Math.floor(left / 60_000)
  const seconds = String(Math.floor((left % 60_000) / 1000)).padStart(2, '0')
  return (
    <time dateTime={new Date(at).toISOString()} title={exact(at)} class="nowrap">
      {minutes >= 60 ? span(left) : `${minutes}:${seconds}`}
    </time>
  )
}
