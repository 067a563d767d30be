import '../styles/later.css'
import { useState } from 'preact/hooks'
import type { RolloutView } from '../../schemas/deployments/operation.ts'
import type { Step } from '../joining/steps-of-join.ts'
import { segment } from '../lib/access/api.ts'
import { asFault } from '../lib/access/fault.ts'
import { useDesk } from '../lib/desk.ts'
import { millis } from '../lib/words/format.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Steps } from '../parts/forms/steps.tsx'
import { isUnderWay } from './rollouts.ts'

export const STATES: Record<RolloutView['servers'][number]['state'], Step['state']> = {
  waiting: 'next',
  started: 'now',
  done: 'done',
  failed: 'failed',
  skipped: 'next'
}

const ENDED: Partial<Record<RolloutView['status'], string>> = {
  succeeded: 'Restarted everywhere.',
  failed: 'It failed, so no other server was begun.',
  stopped: 'It was stopped; what was begun is restarted.',
  stopping: 'No other server is begun. What was begun goes on to its end.'
}

/** How a restart on several servers fares; closing it ends nothing. */
export function RolloutDialog({ close }: { close: () => void }) {
  const { api, rollouts, route, toasts, who } = useDesk()
  const [asked, setAsked] = useState(false)
  const id = route.param('rollout')
  const job = rollouts.data.value?.find((one) => one.id === id)

  async function stop() {
    setAsked(true)
    try {
      await api.post(`/cluster/rollouts/${segment(id)}/stop`)
    } catch (thrown) {
      toasts.show(asFault(thrown).message, { bad: true })
      setAsked(false)
    }
    rollouts.refresh()
  }

  if (!job) {
    return (
      <Dialog title="Restart on several servers" close={close}>
        <p class="soft foreign">
          {rollouts.busy.value || !(rollouts.data.value || rollouts.fault.value)
            ? 'Asking…'
            : (rollouts.fault.value?.message ?? 'This server knows nothing of it any more.')}
        </p>
      </Dialog>
    )
  }
  return (
    <Dialog title={`Restart ${job.deployment} on ${job.servers.length} servers`} close={close}>
      <p class="soft foreign">
        {ENDED[job.status] ?? 'It goes on when this page is closed; any page of this server shows it.'} Begun by{' '}
        {job.by}
        {job.stopped_by && `, stopped by ${job.stopped_by}`}.
      </p>
      <Steps steps={job.servers.map(stepOf)} />
      <footer>
        <button type="button" class="button" onClick={close}>
          {isUnderWay(job) ? 'Run in background' : 'Done'}
        </button>
        {job.status === 'running' && who.mayRun() && (
          <button type="button" class="button bad" onClick={stop} disabled={asked}>
            Stop
          </button>
        )}
      </footer>
    </Dialog>
  )
}

function stepOf({ server, state, detail = '', duration_ms: took }: RolloutView['servers'][number]): Step {
  const name = state === 'done' && took !== undefined ? `${server} · ${millis(took)}` : server
  return { name: state === 'skipped' ? `${server} · not begun` : name, state: STATES[state], detail }
}
