import { useDesk } from '../../lib/desk.ts'
import { plural } from '../../lib/words/format.ts'
import { SearchField } from '../../parts/forms/filters.tsx'

interface LogToolsOptions {
  services: readonly string[]
  /** Lines with what is looked for. */
  hits: number
  /** Whether it is followed, held or neither; empty where that is said elsewhere. */
  state: string
  held: boolean
  hold: () => void
  /** Undefined while there is nothing to save. */
  download: (() => void) | undefined
}

/** What of a log is shown, and how. */
export function LogTools({ services, hits, state, held, hold, download }: LogToolsOptions) {
  const { route } = useDesk()
  const only = route.param('only') === 'hits'
  const wrap = route.param('wrap') !== 'off'
  return (
    <div class="filters">
      <select
        class="input"
        aria-label="Service"
        value={route.param('service')}
        onChange={(event) => route.set({ service: event.currentTarget.value })}
      >
        <option value="">All services</option>
        {services.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <SearchField label="Search the log" />
      {route.param('q') !== '' && (
        <>
          <span class="soft small" role="status">
            {plural(hits, 'line')} with it
          </span>
          <Toggle word="Only those" pressed={only} flip={() => route.set({ only: only ? undefined : 'hits' })} />
        </>
      )}
      <span class="push soft small" role="status">
        {state}
      </span>
      <Toggle word="Wrap" pressed={wrap} flip={() => route.set({ wrap: wrap ? 'off' : undefined })} />
      <button type="button" class="button tiny" disabled={!download} onClick={download}>
        Download
      </button>
      <Toggle word={held ? 'Follow' : 'Hold'} pressed={held} flip={hold} />
    </div>
  )
}

const Toggle = ({ word, pressed, flip }: { word: string; pressed: boolean; flip: () => void }) => (
  <button type="button" class="button tiny" aria-pressed={pressed} onClick={flip}>
    {word}
  </button>
)
