import { useState } from 'preact/hooks'
import type { Action } from '../deployments/operations.ts'
import { STATES } from '../deployments/rollout-dialog.tsx'
import type { Step } from '../joining/steps-of-join.ts'
import type { DeploymentRow } from '../lib/data/rows.ts'
import { useDesk } from '../lib/desk.ts'
import { plural } from '../lib/words/format.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Steps } from '../parts/forms/steps.tsx'
import { beginRestarts, carryOut, type Outcome } from './carry-out.ts'
import { byDeployment, planOf, type Target } from './plan.ts'

const SHOWN = 50
const WORDS: Record<Action, readonly [word: string, how: string]> = {
  restart: [
    'Restart',
    'Each deployment on one server after the other. The next one begins when the one before still runs after five seconds; at its first failure a deployment is left as it is elsewhere.'
  ],
  stop: ['Stop', 'Four at a time, the services of each in the order of what depends on what.'],
  start: ['Start', 'Four at a time, the services of each in the order of what depends on what.']
}

/** What would be done with what was chosen; then how it fares. */
export function ActDialog(props: {
  action: Action
  rows: readonly DeploymentRow[]
  close: () => void
  done: () => void
}) {
  const { action, rows, close, done } = props
  const { api, self, servers, rollouts, deployments } = useDesk()
  // The plan is of the moment at which it was asked for: what is shown is what is done.
  const [{ does, leaves }] = useState(() => planOf(action, rows, servers.value))
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set())
  const [begun, setBegun] = useState(false)
  const [told, setTold] = useState<ReadonlyMap<string, Outcome>>(new Map())
  const [jobs, setJobs] = useState<readonly string[]>([])
  const targets = does.filter(({ deployment }) => !without.has(deployment))
  const on = new Set(targets.map(({ server }) => server)).size
  const [word, how] = WORDS[action]
  const what = `${plural(targets.length, 'deployment')} on ${plural(on, 'server')}`

  async function begin() {
    setBegun(true)
    const tell = (target: Target, outcome: Outcome) => setTold((before) => new Map(before).set(target.key, outcome))
    if (action === 'restart') {
      const views = await beginRestarts({ api, targets, told: tell })
      rollouts.put([...views, ...(rollouts.data.value ?? [])])
      setJobs(views.map(({ id }) => id))
      rollouts.refresh()
    } else {
      await carryOut(action, { api, self: self.value, targets, told: tell })
      deployments.refresh()
    }
    done()
  }

  if (begun) {
    const steps = targets.map((target) => stepOf(target, told.get(target.key), jobs))
    const over = steps.every(({ state }) => state === 'done' || state === 'failed')
    return (
      <Dialog title={`${word} ${what}`} close={close}>
        <Steps steps={steps.slice(0, SHOWN)} />
        {steps.length > SHOWN && <p class="soft">and {countsOf(steps.slice(SHOWN))}</p>}
        <footer>
          <button type="button" class="button" onClick={close}>
            {over ? 'Done' : 'Run in background'}
          </button>
        </footer>
      </Dialog>
    )
  }

  const lines = byDeployment(does)
  return (
    <Dialog title={`${word} ${what}?`} close={close}>
      <p class="soft">{how}</p>
      <ul class="plan">
        {lines.slice(0, SHOWN).map(([deployment, those]) => (
          <li key={deployment}>
            <label class="tick">
              <input
                type="checkbox"
                checked={!without.has(deployment)}
                onChange={(event) => {
                  const next = new Set(without)
                  if (event.currentTarget.checked) next.delete(deployment)
                  else next.add(deployment)
                  setWithout(next)
                }}
              />
              <span>
                <b class="foreign">{deployment}</b>{' '}
                <span class="soft foreign">on {namesOf(those.map(({ server }) => server))}</span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      {lines.length > SHOWN && <p class="soft">and {plural(lines.length - SHOWN, 'other deployment')}</p>}
      {leaves.length > 0 && (
        <p class="soft foreign">
          Left as they are:{' '}
          {namesOf(leaves.map(({ deployment, server, why }) => `${deployment} on ${server} (${why})`))}.
        </p>
      )}
      <footer>
        <button type="button" class="button" onClick={close}>
          Leave it
        </button>
        <button
          type="button"
          class={`button ${action === 'stop' ? 'bad' : 'main'}`}
          onClick={begin}
          disabled={targets.length === 0}
        >
          {word} {targets.length}
        </button>
      </footer>
    </Dialog>
  )

  function stepOf(target: Target, outcome: Outcome | undefined, ids: readonly string[]): Step {
    const name = `${target.deployment} on ${target.server}`
    if (outcome) return { name, ...outcome }
    const step = rollouts.data.value
      ?.find(({ id, deployment }) => ids.includes(id) && deployment === target.deployment)
      ?.servers.find(({ server }) => server === target.server)
    if (step?.state === 'skipped') return { name, state: 'failed', detail: `not begun: ${step.detail ?? 'stopped'}` }
    return { name, state: step ? STATES[step.state] : 'next', detail: step?.detail ?? '' }
  }
}

const NAMED = 5

const namesOf = (names: readonly string[]) =>
  names.slice(0, NAMED).join(', ') + (names.length > NAMED ? ` and ${names.length - NAMED} more` : '')

function countsOf(steps: readonly Step[]): string {
  const of = (state: Step['state']) => steps.filter((step) => step.state === state).length
  return `${steps.length} more: ${of('done')} done, ${of('failed')} failed`
}
