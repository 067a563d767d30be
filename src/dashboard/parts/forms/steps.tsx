import type { Step } from '../../joining/steps-of-join.ts'
import { Icon } from '../icon.tsx'

/** What has been done, what failed and what to do about it, what comes next. */
export function Steps({ steps }: { steps: readonly Step[] }) {
  return (
    <ol class="steps" aria-live="polite">
      {steps.map(({ name, state, detail }) => (
        <li key={`${name} ${detail}`} data-state={state}>
          <span class="dot">
            {state === 'done' && <Icon name="tick" size={12} />}
            {state === 'failed' && <Icon name="cross" size={12} />}
          </span>
          <span>
            {name}
            <span class="unseen">{state === 'failed' ? ': failed' : state === 'done' ? ': done' : ''}</span>
            {state === 'failed' && detail && <p class="wrong foreign">{detail}</p>}
          </span>
        </li>
      ))}
    </ol>
  )
}
