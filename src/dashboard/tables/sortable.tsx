import type { ComponentChildren } from 'preact'
import { useDesk } from '../lib/desk.ts'
import { Icon } from '../parts/icon.tsx'

/** The head of a column that a list can be sorted by; the choice is in the address. */
export function Sortable(props: {
  by: string
  first?: boolean
  class?: string
  before?: ComponentChildren
  children: ComponentChildren
}) {
  const { route } = useDesk()
  const chosen = route.param('sort')
  const active = chosen === props.by || (chosen === '' && props.first === true)
  const down = active && route.param('dir') === 'down'
  return (
    <th class={props.class ?? ''} aria-sort={active ? (down ? 'descending' : 'ascending') : undefined}>
      {props.before}
      <button
        type="button"
        onClick={() =>
          route.set({ sort: props.first ? undefined : props.by, dir: active && !down ? 'down' : undefined })
        }
      >
        {props.children}
        {active && <Icon name="up" />}
      </button>
    </th>
  )
}
