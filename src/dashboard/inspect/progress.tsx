import type { Bridge, Stage } from './bridge.ts'

const WORDS: Record<Stage, string> = {
  before: '',
  loading: 'Waiting for the inspector…',
  watching: 'Watching',
  lost: 'Trying again…',
  ended: 'Ended'
}

const count = new Intl.NumberFormat('en')

/** How the transmission goes, and what of it was left out. */
export function Progress({ bridge }: { bridge: Bridge }) {
  const { stage, fault, transmission } = bridge
  const told = transmission.value
  const dropped = told ? told.dropped_slow + told.dropped_often : 0
  return (
    <output class={fault.value ? 'wrong' : 'soft'} data-stage={stage.value}>
      {fault.value ? `${fault.value.message} ` : ''}
      {WORDS[stage.value]}
      {told && stage.value === 'watching' && (
        <span>
          {' '}
          · {count.format(told.actors)} actors · {count.format(told.sent)} messages
          {dropped > 0 && (
            <b class="wrong" title="Too slow a browser or too much at once; the newest states are made up for.">
              {' '}
              · {count.format(dropped)} left out
            </b>
          )}
        </span>
      )}
    </output>
  )
}
