import { useState } from 'preact/hooks'
import type { Action } from '../deployments/operations.ts'
import type { DeploymentRow } from '../lib/data/rows.ts'
import { useDesk } from '../lib/desk.ts'
import { plural } from '../lib/words/format.ts'
import { Icon } from '../parts/icon.tsx'
import { ActDialog } from './act-dialog.tsx'
import type { Chosen } from './chosen.ts'

const ACTIONS: readonly (readonly [Action, string])[] = [
  ['restart', 'Restart…'],
  ['stop', 'Stop…'],
  ['start', 'Start…']
]

/** What can be done with the chosen rows, at the foot of the list. */
export function ChosenBar(props: {
  chosen: Chosen
  what: string
  /** The chosen that the filter hides: nobody is to act on what is out of sight without knowing it. */
  hidden: number
  rows: readonly DeploymentRow[]
}) {
  const { chosen, what, hidden, rows } = props
  const { who } = useDesk()
  const [action, setAction] = useState<Action>()
  const count = chosen.keys.value.size
  if (!who.mayRun()) return null
  return (
    <>
      {count > 0 && (
        <div class="chosen-bar" role="region" aria-label="Chosen">
          <strong>
            {plural(count, what)} chosen
            {what === 'server' && `, ${plural(rows.length, 'deployment')} on ${count === 1 ? 'it' : 'them'}`}
            {hidden > 0 && <span class="soft">, {hidden} not shown here</span>}
          </strong>
          <span class="push row wrap">
            {ACTIONS.map(([key, word]) => (
              <button
                key={key}
                type="button"
                class="button"
                disabled={rows.length === 0}
                onClick={() => setAction(key)}
              >
                <Icon name={key} /> {word}
              </button>
            ))}
            <button type="button" class="button bare" onClick={chosen.clear}>
              Clear
            </button>
          </span>
        </div>
      )}
      {action && <ActDialog action={action} rows={rows} close={() => setAction(undefined)} done={chosen.clear} />}
    </>
  )
}
