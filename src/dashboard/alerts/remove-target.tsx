import { useState } from 'preact/hooks'
import type { AlertsView } from '../../schemas/alerts/alert-api.ts'
import { asFault } from '../lib/access/fault.ts'
import { useDesk } from '../lib/desk.ts'
import { plural } from '../lib/words/format.ts'
import { Dialog } from '../parts/dialog.tsx'
import { changeSettings, withoutTarget } from './changing.ts'

/** Says what is lost with a target: its secrets are shown nowhere, and what it has not taken is sent to nobody else. */
export function RemoveTargetDialog(props: {
  target: AlertsView['targets'][number]
  close: (changed: boolean) => void
}) {
  const { target, close } = props
  const { api, toasts } = useDesk()
  const [wrong, setWrong] = useState('')

  async function remove(event: SubmitEvent) {
    event.preventDefault()
    try {
      await changeSettings(api, (now) => withoutTarget(now, target.name))
      toasts.show(`${target.name} was removed`)
      close(true)
    } catch (thrown) {
      setWrong(asFault(thrown).message)
    }
  }

  return (
    <Dialog title={`Remove ${target.name}`} close={() => close(false)}>
      <form class="stack" onSubmit={remove}>
        <ul class="bullets">
          <li>Nobody is told there any more. To have it again, its address and tokens must be typed anew.</li>
          {target.waiting > 0 && (
            <li>{plural(target.waiting, 'message')} that it has not taken yet will not be sent there.</li>
          )}
        </ul>
        {wrong !== '' && (
          <p class="wrong" role="alert">
            {wrong}
          </p>
        )}
        <footer>
          <button type="button" class="button" onClick={() => close(false)}>
            Keep it
          </button>
          <button type="submit" class="button bad">
            Remove
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
