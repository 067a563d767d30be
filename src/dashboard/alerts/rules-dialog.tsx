import { useState } from 'preact/hooks'
import type { AlertsView } from '../../schemas/alerts/alert-api.ts'
import { asFault } from '../lib/access/fault.ts'
import { useDesk } from '../lib/desk.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Field } from '../parts/forms/field.tsx'
import { changeSettings } from './changing.ts'
import { type Editable, editableIn, settingsWith } from './rules.ts'

/** Changes what it takes for people to be told. What the config sets stands here without a field. */
export function RulesDialog({ view, close }: { view: AlertsView; close: (changed: boolean) => void }) {
  const { api, toasts } = useDesk()
  const [wrong, setWrong] = useState('')
  const fields = editableIn(view)

  async function save(event: SubmitEvent) {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const form = new FormData(event.currentTarget)
    const said = new Map(fields.map(({ key }) => [key, String(form.get(key) ?? '').trim()]))
    try {
      await changeSettings(api, ({ settings }) => settingsWith({ ...view, settings }, said))
      toasts.show('The rules count from now on')
      close(true)
    } catch (thrown) {
      setWrong(asFault(thrown).message)
    }
  }

  return (
    <Dialog title="Rules" close={() => close(false)}>
      <form class="stack" onSubmit={save}>
        <p class="soft">Durations are written as 90s, 10m, 2h or 14d.</p>
        <div class="fields">{fields.map(fieldFor)}</div>
        {view.fixed.length > 0 && <p class="soft">Set in the config of this server: {view.fixed.join(', ')}.</p>}
        {wrong !== '' && (
          <p class="wrong" role="alert">
            {wrong}
          </p>
        )}
        <footer>
          <button type="submit" class="button main">
            Save
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

function fieldFor({ key, label, value, choices }: Editable) {
  const chosen = choices && { as: 'select' as const, options: choices }
  return <Field key={key} label={label} name={key} value={value} required {...chosen} />
}
