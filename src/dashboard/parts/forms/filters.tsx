import { useDesk } from '../../lib/desk.ts'

export interface Choice {
  value: string
  word: string
  count: number
}

/** Which of a list is shown: one choice, with how many there are of each, kept in the address. */
export function Choices({ name, choices, label }: { name: string; choices: readonly Choice[]; label: string }) {
  const { route } = useDesk()
  const chosen = route.param(name)
  return (
    <div class="tabs" role="group" aria-label={label}>
      {choices.map(({ value, word, count }) => (
        <button
          type="button"
          key={value}
          aria-pressed={chosen === value}
          onClick={() => route.set({ [name]: chosen === value ? undefined : value })}
        >
          {word} <small>{count}</small>
        </button>
      ))}
    </div>
  )
}

export function SearchField({ label, name = 'q' }: { label: string; name?: string }) {
  const { route } = useDesk()
  return (
    <input
      class="input search"
      type="search"
      aria-label={label}
      placeholder={label}
      autoComplete="off"
      spellcheck={false}
      value={route.param(name)}
      onInput={(event) => route.set({ [name]: event.currentTarget.value })}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur()
      }}
    />
  )
}

/** A list that is empty because of what was asked of it is not an empty list. */
export function NothingFits({ what, names }: { what: string; names: readonly string[] }) {
  const { route } = useDesk()
  const wanted = route.param('q')
  return (
    <div class="empty">
      <h2>{wanted === '' ? `No ${what} is like that` : `No ${what} matches “${wanted}”`}</h2>
      <button
        type="button"
        class="button"
        onClick={() => route.set(Object.fromEntries(names.map((name) => [name, undefined])))}
      >
        Show all
      </button>
    </div>
  )
}
