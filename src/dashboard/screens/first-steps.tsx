import { useMemo } from 'preact/hooks'
import type { Step } from '../joining/steps-of-join.ts'
import { createResource, useResource } from '../lib/data/resource.ts'
import { useDesk } from '../lib/desk.ts'
import { Steps } from '../parts/forms/steps.tsx'
import { stepsHere } from './steps-here.ts'

const EVERY_MS = 3_000

/** The three things that a server needs before the page is worth looking at, each ticked as soon as it is there. */
export function FirstSteps() {
  const { api, peers, status } = useDesk()
  const own = useMemo(
    () => createResource<unknown>({ load: (signal) => api.get('/deployments', signal), everyMs: EVERY_MS }),
    []
  )
  useResource(own)
  const steps = [...(own.data.value === undefined ? [] : stepsHere(own.data.value)), second()]
  return (
    <section class="first-steps" aria-label="First steps">
      <Steps steps={steps} />
    </section>
  )

  function second(): Step {
    const count = peers.data.value?.length ?? 0
    if (count > 0)
      return { name: `Another server is joined: ${peers.data.value?.[0]?.name}`, state: 'done', detail: '' }
    return { name: 'Another server is joined', state: status.data.value?.enabled ? 'now' : 'next', detail: '' }
  }
}
