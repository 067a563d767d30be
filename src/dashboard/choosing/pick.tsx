import type { Chosen } from './chosen.ts'

/** The box before the name of a row. */
export const Pick = ({ chosen, id, name }: { chosen: Chosen; id: string; name: string }) => (
  <label class="pick">
    <input
      type="checkbox"
      aria-label={`Choose ${name}`}
      checked={chosen.keys.value.has(id)}
      onChange={(event) => chosen.put([id], event.currentTarget.checked)}
    />
  </label>
)

/** The box over all of them: it takes what the filter shows, and nothing else. */
export function PickAll({ chosen, ids, what }: { chosen: Chosen; ids: readonly string[]; what: string }) {
  const ticked = ids.filter((id) => chosen.keys.value.has(id)).length
  return (
    <label class="pick">
      <input
        type="checkbox"
        aria-label={`Choose all ${what} that are shown`}
        checked={ticked > 0 && ticked === ids.length}
        indeterminate={ticked > 0 && ticked < ids.length}
        onChange={(event) => chosen.put(ids, event.currentTarget.checked)}
      />
    </label>
  )
}
