import { useState } from 'preact/hooks'
import { isUp } from '../deployments/images.ts'
import type { Action, operationsOn } from '../deployments/operations.ts'
import { asFault, notOffered } from '../lib/access/fault.ts'
import type { DeploymentRow } from '../lib/data/rows.ts'
import { useDesk } from '../lib/desk.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ReadOnly } from '../parts/failures/read-only.tsx'
import { Icon } from '../parts/icon.tsx'

const ACTIONS: readonly (readonly [action: Action, word: string, done: string, does: string])[] = [
  ['restart', 'Restart', 'restarted', 'Stops and starts'],
  ['stop', 'Stop', 'stopped', 'Stops'],
  ['start', 'Start', 'started', 'Starts']
]

/** Start, stop and restart of one deployment; what is asked about is in the address, so that the search can ask it too. */
export function ActButtons({ row, tools }: { row: DeploymentRow; tools: ReturnType<typeof operationsOn> }) {
  const { deployments, toasts, who, servers, route } = useDesk()
  const [doing, setDoing] = useState<Action>()
  const asked = ACTIONS.find(([action]) => action === route.param('do'))
  const ask = (action: Action | undefined) => route.set({ do: action })
  const [missing, setMissing] = useState(false)
  const { deployment, server, old } = row
  const anyUp = deployment.services.some(isUp)

  async function act(action: Action) {
    ask(undefined)
    setDoing(action)
    try {
      await tools.act(action)
      toasts.show(`${deployment.name} on ${server} was ${ACTIONS.find(([key]) => key === action)?.[2]}`)
    } catch (thrown) {
      const fault = asFault(thrown)
      if (notOffered(fault)) setMissing(true)
      toasts.show(notOffered(fault) ? `${server} does not offer this` : fault.message, { bad: true })
    }
    setDoing(undefined)
    deployments.refresh()
  }

  if (!who.mayRun()) {
    return (
      <div class="acts">
        <ReadOnly />
      </div>
    )
  }
  const engine = servers.value.find(({ name }) => name === server)?.unsure.find(({ about }) => about === 'engine')
  if (engine) {
    return (
      <div class="acts">
        <span class="tag" title={engine.detail}>
          no engine to start or stop it
        </span>
      </div>
    )
  }
  if (old || missing) return null
  return (
    <div class="acts">
      {ACTIONS.filter(([action]) => (action === 'start' ? !anyUp || deployment.status === 'partial' : anyUp)).map(
        ([action, word]) => (
          <button
            key={action}
            type="button"
            class="button"
            disabled={doing !== undefined}
            onClick={() => (action === 'start' ? act(action) : ask(action))}
          >
            <Icon name={action} /> {doing === action ? `${word}…` : word}
          </button>
        )
      )}
      {asked && (
        <Dialog title={`${asked[1]} ${deployment.name}?`} close={() => ask(undefined)}>
          <p class="soft">
            {asked[3]} its {deployment.services.length} services on <b class="foreign">{server}</b>, in the order of
            what depends on what.
          </p>
          <footer>
            <button type="button" class="button" onClick={() => ask(undefined)}>
              Leave it
            </button>
            <button type="button" class="button main" onClick={() => act(asked[0])}>
              {asked[1]}
            </button>
          </footer>
        </Dialog>
      )}
    </div>
  )
}
