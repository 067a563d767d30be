import { useState } from 'preact/hooks'
import type { ActorView } from '../../schemas/inspection/actor.ts'
import { useDesk } from '../lib/desk.ts'

const SHOWN = 100

/** The actors below whom they were started by, each with the states that it is in. */
export function ActorTree({
  actors,
  total,
  chosen
}: {
  actors: readonly ActorView[]
  total: number
  chosen: string | undefined
}) {
  const { route } = useDesk()
  const [wanted, setWanted] = useState('')
  const fits = actors.filter(({ id, peer, states }) =>
    `${peer ?? id} ${states.join(' ')}`.toLowerCase().includes(wanted.toLowerCase())
  )
  return (
    <section class="actors" aria-label="Running machines">
      <input
        class="input search"
        type="search"
        aria-label="Filter actors by name or state"
        placeholder="Name or state"
        value={wanted}
        onInput={(event) => setWanted(event.currentTarget.value)}
      />
      <ul>
        {fits.slice(0, SHOWN).map((actor) => (
          <li key={actor.id} class={actor.parent && wanted === '' ? 'child' : ''}>
            <button
              type="button"
              aria-pressed={actor.id === chosen}
              onClick={() =>
                route.set({ actor: actor.id === chosen ? undefined : actor.id, machine: undefined, peer: undefined })
              }
            >
              <span class="cut foreign">{actor.peer ?? actor.id}</span>
              <small class="cut">{actor.status === 'active' ? actor.states.map(short).join(', ') : actor.status}</small>
            </button>
          </li>
        ))}
      </ul>
      {fits.length > SHOWN && <p class="faint small">and {fits.length - SHOWN + (total - actors.length)} more</p>}
    </section>
  )
}

const short = (state: string) => state.split('.').at(-1) ?? state
