import { useState } from 'preact/hooks'
import type { RolloutView } from '../../schemas/operation.ts'
import { useDesk } from '../lib/desk.ts'
import { asFault, type Fault, notOffered } from '../lib/fault.ts'
import { wall } from '../lib/format.ts'
import type { DeploymentRow } from '../lib/rows.ts'
import { Ago } from '../parts/ago.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { Steps } from '../parts/steps.tsx'

/** Restarts a deployment on all servers that run it, one after the other, as far as all goes well. */
export function RestartEverywhere({ row }: { row: DeploymentRow }) {
  const { deployed, who, rollouts, route } = useDesk()
  const [open, setOpen] = useState(false)
  const { name } = row.deployment
  const servers = deployed.value
    .filter(({ deployment, old }) => deployment.name === name && !old)
    .map(({ server }) => server)
  const last = rollouts.data.value?.find(({ deployment }) => deployment === name)
  if (servers.length < 2) return null
  return (
    <p class="after row wrap">
      {who.mayRun() && (
        <button type="button" class="button" onClick={() => setOpen(true)}>
          <Icon name="restart" /> Restart on all {servers.length}…
        </button>
      )}
      {last && (
        <button type="button" class="button bare" onClick={() => route.set({ rollout: last.id })}>
          Last restart on several: {last.status}, <Ago at={wall(last.started_at)} word=" ago" />
        </button>
      )}
      {open && <Begin name={name} servers={servers} close={() => setOpen(false)} />}
    </p>
  )
}

function Begin({ name, servers, close }: { name: string; servers: readonly string[]; close: () => void }) {
  const { api, rollouts, route } = useDesk()
  const [fault, setFault] = useState<Fault>()
  const [busy, setBusy] = useState(false)

  async function begin() {
    setBusy(true)
    try {
      const { id } = await api.post<RolloutView>('/cluster/rollouts', { deployment: name, servers })
      rollouts.refresh()
      close()
      route.set({ rollout: id })
    } catch (thrown) {
      setFault(asFault(thrown))
      setBusy(false)
    }
  }

  return (
    <Dialog title={`Restart ${name} on ${servers.length} servers`} close={close}>
      <p class="soft">
        One after the other. The next one begins when the one before still runs after five seconds; at the first failure
        it stops.
      </p>
      <Steps steps={servers.map((server) => ({ name: server, state: 'next', detail: '' }))} />
      {fault && (
        <p class="wrong foreign" role="alert">
          {notOffered(fault) ? 'This node does not offer this.' : fault.message}
        </p>
      )}
      <footer>
        <button type="button" class="button" onClick={close}>
          Leave it
        </button>
        <button type="button" class="button main" onClick={begin} disabled={busy}>
          Restart
        </button>
      </footer>
    </Dialog>
  )
}
