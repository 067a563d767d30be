import { useState } from 'preact/hooks'
import type { RolloutStep } from '../../schemas/operation.ts'
import type { Step } from '../joining/steps-of-join.ts'
import { segment } from '../lib/api.ts'
import { useDesk } from '../lib/desk.ts'
import { asFault, type Fault, notOffered } from '../lib/fault.ts'
import { millis } from '../lib/format.ts'
import { linesOf } from '../lib/lines.ts'
import { field, number, text } from '../lib/reading.ts'
import type { DeploymentRow } from '../lib/rows.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { Steps } from '../parts/steps.tsx'

const STATES: Record<RolloutStep['state'], Step['state']> = {
  started: 'now',
  done: 'done',
  failed: 'failed',
  skipped: 'next'
}

/** Restarts a deployment on all servers that run it, one after the other, as far as all goes well. */
export function RestartEverywhere({ row }: { row: DeploymentRow }) {
  const { deployed, who } = useDesk()
  const [open, setOpen] = useState(false)
  const { name } = row.deployment
  const servers = deployed.value
    .filter(({ deployment, old }) => deployment.name === name && !old)
    .map(({ server }) => server)
  if (servers.length < 2 || !who.mayRun()) return null
  return (
    <p class="after">
      <button type="button" class="button" onClick={() => setOpen(true)}>
        <Icon name="restart" /> Restart on all {servers.length}…
      </button>
      {open && <Rollout name={name} servers={servers} close={() => setOpen(false)} />}
    </p>
  )
}

function Rollout({ name, servers, close }: { name: string; servers: readonly string[]; close: () => void }) {
  const { api, deployments } = useDesk()
  const [told, setTold] = useState<ReadonlyMap<string, Step>>()
  const [fault, setFault] = useState<Fault>()
  const [ended, setEnded] = useState(false)

  async function restart() {
    const steps = new Map(
      servers.map((server): [string, Step] => [server, { name: server, state: 'next', detail: '' }])
    )
    setTold(new Map(steps))
    try {
      const query = new URLSearchParams({ servers: servers.join(',') })
      const path = `/cluster/deployments/${segment(name)}/restart?${query}`
      const response = await api.open(path, { method: 'POST', accept: 'application/x-ndjson' })
      if (!response.body) return
      for await (const line of linesOf(response.body)) {
        const step = stepOf(line)
        if (step) steps.set(step.server, step)
        setTold(new Map(steps))
      }
    } catch (thrown) {
      setFault(asFault(thrown))
    }
    setEnded(true)
    deployments.refresh()
  }

  return (
    <Dialog title={`Restart ${name} on ${servers.length} servers`} close={close}>
      <p class="soft">
        One after the other. The next one begins when the one before still runs after five seconds; at the first failure
        it stops.
      </p>
      <Steps
        steps={told ? [...told.values()] : servers.map((server) => ({ name: server, state: 'next', detail: '' }))}
      />
      {fault && (
        <p class="wrong foreign" role="alert">
          {notOffered(fault) ? 'This node does not offer this.' : fault.message}
        </p>
      )}
      <footer>
        <button type="button" class="button" onClick={close}>
          {ended ? 'Done' : told ? 'Leave it to end' : 'Leave it'}
        </button>
        {!told && (
          <button type="button" class="button main" onClick={restart}>
            Restart
          </button>
        )}
      </footer>
    </Dialog>
  )
}

function stepOf(line: string): (Step & { server: string }) | undefined {
  try {
    const step: unknown = JSON.parse(line)
    const server = text(field(step, 'server'))
    const state = Object.entries(STATES).find(([name]) => name === field(step, 'state'))?.[1]
    if (server === '' || state === undefined) return undefined
    const took = number(field(step, 'duration_ms'))
    return {
      server,
      name: state === 'done' && took !== undefined ? `${server} · ${millis(took)}` : server,
      state,
      detail: text(field(step, 'detail'))
    }
  } catch {
    return undefined
  }
}
