import type { Step } from '../joining/steps-of-join.ts'
import { field, list, text } from '../lib/data/reading.ts'
import { plural } from '../lib/words/format.ts'

/** The engine and the folder of deployments, as this server sees them now. */
export function stepsHere(answer: unknown): Step[] {
  const [state, why] = [text(field(answer, 'engine', 'state')), text(field(answer, 'engine', 'detail'))]
  const [folder, wrong] = [text(field(answer, 'path')), text(field(answer, 'error'))]
  const count = list(field(answer, 'deployments')).length
  const engine: Step =
    state === 'off'
      ? { name: 'No container engine, as the config says', state: 'done', detail: '' }
      : state === '' || state === 'connected'
        ? { name: 'The container engine answers', state: 'done', detail: '' }
        : { name: 'The container engine answers', state: 'failed', detail: why || state }
  return [
    engine,
    wrong === ''
      ? { name: `${folder} holds ${plural(count, 'deployment')}`, state: 'done', detail: '' }
      : { name: `The folder of the deployments, ${folder}`, state: 'failed', detail: wrong }
  ]
}
