import { useState } from 'preact/hooks'
import type { RolloutView } from '../../schemas/deployments/operation.ts'
import { selected } from '../../schemas/selection/selection.ts'
import { asFault, type Fault, notOffered } from '../lib/access/fault.ts'
import type { DeploymentRow, ServerRow } from '../lib/data/rows.ts'
import { useDesk } from '../lib/desk.ts'
import { wall } from '../lib/words/format.ts'
import { Ago } from '../parts/ago.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Field } from '../parts/forms/field.tsx'
import { Steps } from '../parts/forms/steps.tsx'
import { Icon } from '../parts/icon.tsx'

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
  const { api, rollouts, route, servers: rows } = useDesk()
  const [fault, setFault] = useState<Fault>()
  const [busy, setBusy] = useState(false)
  const [words, setWords] = useState('all')
  const { chosen, wrong } = chosenOf(
    rows.value.filter((row) => servers.includes(row.name)),
    words
  )

  async function begin() {
    setBusy(true)
    try {
      const job = await api.post<RolloutView>('/cluster/rollouts', { deployment: name, servers: chosen })
      rollouts.put([job, ...(rollouts.data.value ?? [])])
      rollouts.refresh()
      close()
      route.set({ rollout: job.id })
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
      <Field
        label="On"
        name="on"
        hint="all, names, web-*, @tag that was set here; with commas between them"
        value={words}
        onInput={setWords}
        wrong={wrong}
      />
      <Steps steps={chosen.map((server) => ({ name: server, state: 'next', detail: '' }))} />
      {fault && (
        <p class="wrong foreign" role="alert">
          {notOffered(fault) ? 'This server does not offer this.' : fault.message}
        </p>
      )}
      <footer>
        <button type="button" class="button" onClick={close}>
          Leave it
        </button>
        <button type="button" class="button main" onClick={begin} disabled={busy || chosen.length === 0}>
          Restart
        </button>
      </footer>
    </Dialog>
  )
}

/** The servers that the words mean among those that run it, or why they mean none. What one says of itself chooses it for no change. */
function chosenOf(rows: readonly ServerRow[], words: string): { chosen: string[]; wrong?: string } {
  try {
    const servers = rows.map(({ name, tags, ownTags }) => ({ name, tags: ownTags, claimed: tags }))
    return { chosen: selected(servers, { on: [words] }).map(({ name }) => name) }
  } catch (fault) {
    return { chosen: [], wrong: fault instanceof Error ? `Of those that run it, ${fault.message}.` : String(fault) }
  }
}
