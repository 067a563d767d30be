import { useDesk } from '../../lib/desk.ts'
import { fieldOf, SPANS, type Span, spanOf } from './spans.ts'

/** The span that the address asks for: a word, or two moments. */
export function useSpan(): Span {
  const { route } = useDesk()
  const [from, to] = ['from', 'to'].map((name) => Date.parse(route.param(name)))
  const own = { ...(from ? { from } : {}), ...(to ? { to } : {}) }
  return Object.keys(own).length > 0 ? own : spanOf(route.param('range'), Date.now())
}

/** Which part of the past: in a word, or from a moment to another. */
export function RangeFields() {
  const { route } = useDesk()
  const span = useSpan()
  const own = route.param('from') !== '' || route.param('to') !== ''
  const put = (name: 'from' | 'to', value: string) =>
    route.set({
      from: span.from === undefined ? undefined : new Date(span.from).toISOString(),
      to: span.to === undefined ? undefined : new Date(span.to).toISOString(),
      [name]: value === '' ? undefined : new Date(value).toISOString(),
      range: undefined,
      before: undefined
    })
  return (
    <>
      <div class="tabs" role="group" aria-label="When">
        {SPANS.map(([value, word]) => (
          <button
            key={value}
            type="button"
            aria-pressed={!own && route.param('range') === value}
            onClick={() => route.set({ range: value, from: undefined, to: undefined, before: undefined })}
          >
            {word}
          </button>
        ))}
      </div>
      {(['from', 'to'] as const).map((name) => (
        <label key={name} class="row small soft">
          {name}
          <input
            class="input when"
            type="datetime-local"
            value={fieldOf(span[name])}
            onChange={(event) => put(name, event.currentTarget.value)}
          />
        </label>
      ))}
    </>
  )
}
